-- A copy of a database asks no publisher of rates.
UPDATE payment_reminder_rate_feed
   SET is_on = FALSE;
