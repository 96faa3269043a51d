class ServiceMixin:
    """Tests of a bridge, against a fake of its service on loopback."""

    @classmethod
    def start_fake(cls, fake, *parameters):
        """Start ``cls.fake``; it ends with the class.

        :param parameters: names of the system parameters that say where it is
        """
        cls.fake = fake
        fake.__enter__()
        cls.addClassCleanup(fake.__exit__)
        known = cls.env["ir.config_parameter"].sudo()
        for name in parameters:
            known.set_param(name, fake.url)

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        # OVERRIDE odoo: its tests know timeouts of one number only
        return super()._request_handler(session, request, **{**kwargs, "timeout": 10})
