-- A copy of a database is called by no gateway, and works nothing off.
UPDATE res_company
   SET sms_webhook_token = NULL,
       sms_receive = FALSE;
UPDATE payment_reminder_inbound
   SET state = 'failed'
 WHERE state = 'new';
