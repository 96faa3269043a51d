from collections import Counter

from .real_common import RealCase

FEW, MANY = 10, 20
#: Of one notice of five invoices by e-mail: the intent, the result, and letting the
#: locks go are committed; what is read for a batch does not count.
QUERIES, COMMITS = 30, 3


class TestRealCost(RealCase):
    """What one notice costs on its way to the mail server, all transactions counted."""

    purpose = "cost"
    channels = "email"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_scene("use_danish_ladder")

    def send(self, count):
        """Send so many notices of five invoices; return what the run cost."""
        names = [self.name(f"-{count}-{number}") for number in range(count)]
        self.run_scene("stage", names=names, invoices=5)
        before = len(self.smtp.mails)
        cost = self.run_scene("count_sending")
        self.assertEqual(len(self.smtp.mails) - before, count)
        return cost

    def test_queries_and_commits(self):
        # What a process reads once in its life is read here.
        self.send(2)
        few, many = self.send(FEW), self.send(MANY)
        queries = self._get_each(few, many, "queries")
        commits = (many["commits"] - few["commits"]) / (MANY - FEW)
        report = "\n".join(
            f"{number:7.1f}  {name}"
            for part in ("queries", "sites")
            for name, number in self._get_each(few, many, part).most_common(120)
        )
        total = sum(queries.values())
        print(  # pylint: disable=print-used
            f"\nOne notice of five invoices: {total:.1f} queries,"
            f" {commits:.2f} commits, CPU ms {self._get_time(few, many)}"
        )
        self.assertLessEqual(total, QUERIES, report)
        self.assertLessEqual(commits, COMMITS, report)

    def _get_time(self, few, many):
        """Return the CPU time of one notice more, of Odoo and of the database."""
        return {
            part: (many[part] - few[part]) / (MANY - FEW)
            for part in ("python_ms", "database_ms")
        }

    def _get_each(self, few, many, part):
        """Return what each of the more notices has cost, by file or by place."""
        found = Counter(many[part])
        found.subtract(few[part])
        return Counter({name: n / (MANY - FEW) for name, n in found.items() if n})
