-- A copy of a database does not speak for the original.
UPDATE res_company
   SET economic_mode = 'off',
       economic_secret = NULL,
       economic_grant = NULL,
       economic_nonce = NULL;
