-- A copy of a database sends nothing in the name of the original.
UPDATE res_company
   SET elks_user = NULL,
       elks_password = NULL;
