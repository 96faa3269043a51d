-- A copy of a database sends nothing: its scheduled actions rest, and the guard
-- itself refuses as long as the copy is marked as neutralized.
UPDATE ir_cron
   SET active = FALSE
 WHERE id IN (
       SELECT res_id FROM ir_model_data
        WHERE module = 'payment_reminders' AND model = 'ir.cron');
UPDATE payment_reminder
   SET state = 'held', hold_note = 'Neutralized copy of a database'
 WHERE state IN ('proposed', 'approved', 'sending');
-- Nor does it give a debt to anybody who collects.
UPDATE payment_reminder_item
   SET handover_id = NULL
 WHERE handover_id IN (
       SELECT id FROM payment_reminder_handover WHERE state IN ('queued', 'sending'));
UPDATE payment_reminder_handover
   SET state = 'refused', reason = 'Copy of a database', problem = 'neutralized'
 WHERE state IN ('queued', 'sending');
