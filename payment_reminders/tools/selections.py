"""Fields that show the choices of another field, in the words of that field."""


def labels_of(model, name):
    """Return the ``selection`` of a field that shows what a field of another model is.

    :param model: name of that model
    :param name: of its selection field
    """

    def get_labels(self):
        return self.env[model]._fields[name]._description_selection(self.env)

    return get_labels
