-- A copy of a database sends nothing in the name of the original.
UPDATE res_company
   SET kivra_mode = 'off',
       kivra_client_id = NULL,
       kivra_client_secret = NULL,
       kivra_tenant = NULL;
UPDATE payment_reminder_delivery
   SET kivra_correction = 'failed'
 WHERE kivra_correction = 'waiting';
