-- A copy of a database sends nothing in the name of the original.
UPDATE res_company
   SET gatewayapi_token = NULL,
       gatewayapi_secret = NULL;
