-- A copy of a database hands nothing over in the name of the original.
UPDATE res_company
   SET amili_mode = 'test',
       amili_is_on = FALSE,
       amili_api_code = NULL,
       amili_private_key = NULL,
       amili_problem = NULL;
DELETE FROM ir_config_parameter
 WHERE key = 'payment_reminders_amili.url';
UPDATE payment_reminder_item
   SET handover_id = NULL
 WHERE handover_id IN (
       SELECT id FROM payment_reminder_handover
        WHERE provider = 'amili' AND state = 'queued');
UPDATE payment_reminder_handover
   SET state = 'refused',
       problem = 'neutralized',
       reason = 'This is a copy of a database.',
       amili_body = NULL
 WHERE provider = 'amili' AND state = 'queued';
