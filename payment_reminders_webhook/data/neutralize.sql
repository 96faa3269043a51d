-- A copy of a database tells nobody of what happens in it.
UPDATE payment_reminder_webhook
   SET active = FALSE,
       url = 'https://example.invalid/',
       secret = NULL,
       secret_before = NULL;
