"""Fields that show the choices of another field, in the words of that field."""


def labels_of(model, name, without=()):
    """Return the ``selection`` of a field that shows what a field of another model is.

    :param model: name of that model
    :param name: of its selection field
    :param without: values that are not offered
    """

    def get_labels(self):
        labels = self.env[model]._fields[name]._description_selection(self.env)
        return (
            [pair for pair in labels if pair[0] not in without] if without else labels
        )

    return get_labels
