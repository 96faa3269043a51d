"""The invoices of the demo and what becomes of each: the plot of the play."""

from __future__ import annotations

from dataclasses import dataclass

from .story import (
    FINAL,
    FIRST,
    NUDGE,
    SECOND,
    Act,
    after,
    before_last,
    does,
    due,
    frozen,
    held,
    on_day,
    pays,
    proposed,
    then,
)


@dataclass(frozen=True)
class Invoice:
    """One invoice.

    :param due: its due date, in days after the first of the play; or
        (step, n): such that this step comes n business days before the last
    :param net: amount without VAT
    :param second: share that is due 30 days later, by its payment term
    :param discount: percent for who pays within ten days, by its payment term
    :param excluded: why it is not chased
    :param undecided: the bookkeeper leaves its notices to the reader
    """

    customer: str
    due: int | tuple[str, int]
    net: float
    story: tuple[Act, ...] = ()
    currency: str = ""
    days_to_pay: int = 14
    second: float = 0.0
    discount: float = 0.0
    sent: bool = True
    excluded: str = ""
    no_followup: bool = False
    undecided: bool = False


INVOICES = (
    # -- pays after a reminder, one invoice is taken out, one falls due soon
    Invoice("boelgebryder", 2, 8_400, (pays(after(FIRST, 3)),)),
    Invoice("boelgebryder", 12, 2_150, (pays(due(-1)),)),
    Invoice("boelgebryder", 26, 15_300, (pays(after(FIRST, 6)),)),
    Invoice(
        "boelgebryder", 8, 1_280, excluded="Complaint: agreed with the owner to wait"
    ),
    Invoice("boelgebryder", (NUDGE, 0), 5_920),
    # -- never pays: two invoices climb to the final notice, a third joins them
    Invoice("klitmose", -6, 24_600),
    Invoice("klitmose", -6, 3_980),
    Invoice("klitmose", 20, 6_200),
    # -- pays the invoice, not the fees, after the second reminder
    Invoice("strandbageri", 1, 5_640, (pays(after(SECOND, 4)),)),
    Invoice(
        "strandbageri",
        (FIRST, 2),
        2_310,
        (does(before_last(1), "block"),),
    ),
    # -- pays half: on hold until the bookkeeper has looked; the rest by card
    Invoice(
        "moellebak",
        -2,
        18_000,
        (
            pays(after(FIRST, 4), share=0.5),
            does(frozen(2), "release"),
            pays(after(SECOND, 5), way="card"),
        ),
    ),
    Invoice("moellebak", 17, 3_450, (pays(after(NUDGE, 2)),)),
    Invoice("moellebak", (FIRST, 0), 4_120, (does(proposed(FIRST), "approve"),)),
    # -- two instalments of one invoice
    Invoice(
        "fyrtaarn",
        4,
        96_000,
        (pays(after(FIRST, 5), share=0.5), pays(due(31))),
        days_to_pay=30,
        second=0.5,
    ),
    Invoice("fyrtaarn", 18, 12_500, (pays(due(-2)),)),
    Invoice("fyrtaarn", 40, 27_800, (pays(due(-4)),), days_to_pay=30),
    # -- answers the reminder: the question is looked into, a part is credited
    Invoice(
        "hotel",
        3,
        42_300,
        (
            does(
                after(FIRST, 2),
                "answer",
                text="Hej Rasmus,\n\nPå fakturaen er der 6 timer for tirsdag, men den"
                " dag var her ingen. Vil I kigge på det?\n\nMed venlig hilsen\nHotel"
                " Havnefront, regnskab",
            ),
            does(then(0), "ask", kind="amount", text="6 hours of Tuesday"),
            does(then(5), "credit", share=0.12),
            does(then(0), "close_question", outcome="agreed"),
            does(frozen(7), "release"),
            pays(after(SECOND, 6)),
        ),
    ),
    Invoice("hotel", 30, 7_900, (pays(after(NUDGE, 2)),)),
    Invoice("hotel", (FIRST, 1), 11_650, undecided=True),
    # -- no e-mail: everything by SMS
    Invoice("kajpladsen", 6, 9_750, (pays(after(FIRST, 7)),)),
    Invoice("kajpladsen", 21, 2_600, (pays(due(-1)),)),
    Invoice("kajpladsen", (FIRST, 0), 3_300),
    # -- gets 14 days on top
    Invoice("sejlklub", 0, 4_200, (pays(after(FIRST, 3)),)),
    Invoice("sejlklub", 23, 1_750, (pays(due(9)),)),
    # -- never reminded: the customer is excluded
    Invoice("kommune", -20, 31_000, days_to_pay=30),
    Invoice("kommune", 10, 12_000, days_to_pay=30),
    # -- pays online; a second payment is under way at the end
    Invoice("ravnsborg", 5, 13_400, (pays(after(FIRST, 1), way="online"),)),
    Invoice(
        "ravnsborg",
        (FIRST, 2),
        6_240,
        (pays(before_last(1), way="online_pending"),),
    ),
    # -- pays without a word on the bank line: the reminder waits until it is matched
    Invoice(
        "tangkaer",
        7,
        22_750,
        (pays(proposed(FIRST, 1), way="bank_unmatched"), does(held(3), "match")),
    ),
    Invoice(
        "tangkaer",
        (FIRST, 2),
        9_860,
        (pays(before_last(1), way="bank_unmatched"),),
    ),
    # -- no way to reach them
    Invoice("restaurant", 2, 3_150),
    Invoice("restaurant", 25, 1_980),
    # -- a typing error in the e-mail address, put right after some days
    Invoice(
        "soeholm",
        4,
        16_200,
        (
            does(held(3), "correct_email", email="faktura@soeholm-entreprise.example"),
            pays(after(FIRST, 8)),
        ),
    ),
    Invoice(
        "soeholm",
        (FIRST, 1),
        7_480,
        (does(proposed(FIRST), "hold", reason="I meet them on Thursday, wait for me"),),
    ),
    # -- the mail server refuses the address: SMS instead
    Invoice("egelund", 9, 7_350, (pays(after(FIRST, 9)),)),
    Invoice("egelund", (FIRST, 2), 4_870, sent=False),
    # -- one customer entered twice, merged while both are chased
    Invoice("marina_a", -1, 6_600, (does(on_day(24), "merge", other="marina_b"),)),
    Invoice("marina_b", 13, 4_400, (does(on_day(28), "release"),)),
    # -- a payment that is taken back
    Invoice(
        "proviant",
        14,
        11_200,
        (pays(after(FIRST, 4), way="card"), does(before_last(3), "undo_payment")),
    ),
    Invoice("proviant", 33, 2_940, (pays(due(-1)),)),
    # -- persons
    Invoice("mette", 3, 2_480, (pays(after(SECOND, 3), way="online"),)),
    Invoice("mette", 29, 1_120, (pays(after(NUDGE, 2)),)),
    Invoice("mette", (FIRST, 2), 1_860, (does(before_last(1), "break_line"),)),
    Invoice("jens", -4, 3_860),
    Invoice("aase", 8, 1_640, (pays(after(FIRST, 5)),)),
    Invoice("aase", 22, 890, (pays(after(NUDGE, 1), way="register"),)),
    Invoice(
        "frederik",
        5,
        5_300,
        (
            does(after(FIRST, 2), "snooze", days=14, note="Pays when his salary comes"),
            pays(then(12)),
        ),
    ),
    Invoice(
        "frederik",
        28,
        2_720,
        (does(after(FIRST, 3), "snooze", days=21, note="On holiday, called us"),),
    ),
    # -- follow-up switched off by Odoo's own means
    Invoice("isbod", 4, 1_250, no_followup=True),
    Invoice("isbod", 16, 3_700, (pays(proposed(FIRST, 1), way="register"),)),
    # -- reset to draft and corrected while its reminder waits
    Invoice(
        "kirkebjerg",
        2,
        14_800,
        (
            does(proposed(FIRST), "correct", net=13_200),
            does(frozen(1), "release"),
            pays(after(FIRST, 6)),
        ),
    ),
    Invoice("kirkebjerg", (SECOND, 0), 5_250, (does(proposed(SECOND), "approve"),)),
    # -- a payment that names no invoice
    Invoice(
        "toldbod",
        -3,
        8_150,
        (pays(proposed(FIRST, 1), way="unmatched"), does(held(4), "match")),
    ),
    Invoice("toldbod", (SECOND, 0), 6_730),
    # -- the final notice waits for the bookkeeper
    Invoice("stilladser", (FINAL, 0), 38_400),
    Invoice("stilladser", 11, 9_200, (pays(due(-3)),)),
    # -- goes bankrupt after the first reminder: the rest is for the trustee
    Invoice("bundgarn", -3, 27_400, (does(after(FIRST, 5), "go_bankrupt"),)),
    Invoice("bundgarn", 20, 8_600),
    # -- Sweden: kronor and, in a case of its own, euros; goods sent back
    Invoice("lillviken", 0, 48_000, (pays(after(SECOND, 2)),)),
    Invoice("lillviken", 6, 1_900, (pays(after(FIRST, 4)),), currency="EUR"),
    Invoice("lillviken", 24, 12_500, (does(proposed(FIRST), "credit"),)),
    Invoice("linnea", 2, 3_200),
    Invoice("linnea", 19, 1_450, (pays(due(1)),)),
    # -- Norway, approved once and for all
    Invoice("fjordkvist", -10, 86_000, (pays(after(FINAL, 3)),)),
    Invoice("fjordkvist", 21, 23_000, (pays(after(NUDGE, 3)),)),
    Invoice("ingrid", 10, 4_100, (pays(after(FIRST, 6)),)),
    Invoice("ingrid", 31, 2_250),
    # -- Finland
    Invoice("saaristo", -8, 6_400),
    Invoice("saaristo", 16, 1_250),
    # -- Germany: a question that is still open
    Invoice(
        "kuestenwerk",
        11,
        14_800,
        (
            does(
                after(FIRST, 4),
                "answer",
                text="Guten Tag Frau Aagaard,\n\nuns fehlt der Lieferschein zu dieser"
                " Rechnung. Bitte schicken Sie ihn uns, dann zahlen wir.\n\nMit"
                " freundlichen Grüßen\nKüstenwerk Anlagenbau, Buchhaltung",
            ),
            does(then(1), "ask", kind="delivery", text="Delivery note is missing"),
        ),
    ),
    Invoice("kuestenwerk", 1, 3_650, (pays(due(-2)),)),
    Invoice("nordlicht", 6, 2_180, (pays(due(-2)),)),
    Invoice("nordlicht", 19, 5_430, (pays(after(FIRST, 2), short=3.5),)),
    Invoice("nordlicht", 34, 1_760, (pays(due(-1)),)),
    # -- England and the Netherlands, in euros, on the neutral ladder
    Invoice("harbour", 1, 3_300, (pays(before_last(2), share=0.5),)),
    Invoice("harbour", 15, 940, (pays(due(-1)),)),
    Invoice("polder", 9, 5_200, (pays(after(FIRST, 12)),)),
    Invoice("polder", 27, 7_150, (pays(after(NUDGE, 1)),)),
    # -- money, people and messages as they really come; edges.py tells what is odd
    Invoice(
        "havkat",
        5,
        6_400,
        (
            does(proposed(FIRST), "transfer", text="Bet. {short} og {next}", count=2),
            does(held(2), "match_all"),
        ),
    ),
    Invoice("havkat", 5, 2_120),
    Invoice("havkat", 46, 1_900, days_to_pay=45),
    Invoice(
        "soegraes",
        3,
        12_800,
        (
            does(proposed(FIRST), "transfer", text="SOEGRAES VAERFT", share=0.4),
            does(held(3), "match_all"),
            does(frozen(1), "release"),
            pays(after(FIRST, 6)),
        ),
    ),
    Invoice(
        "drivtoemmer",
        9,
        9_300,
        (
            does(
                proposed(FIRST),
                "transfer",
                text="CREDIT TRANSFER 0411",
                narration="RmtInf/Ustrd: {name}",
                share=0.5,
            ),
            does(held(2), "match_all"),
            does(frozen(2), "release"),
            pays(after(FIRST, 7)),
        ),
    ),
    Invoice(
        "vindrose",
        (FIRST, 1),
        14_200,
        (does(due(-22), "transfer", text="Overførsel 5512", discounted=True),),
        days_to_pay=30,
        discount=2.0,
    ),
    Invoice(
        "slipvogn",
        8,
        7_450,
        (
            does(proposed(FIRST), "transfer", text="{name}"),
            does(held(3), "match_all"),
        ),
    ),
    Invoice(
        "pejlemaerke",
        6,
        5_900,
        (
            does(proposed(FIRST), "get_parent", parent="Pejlemærket Koncern A/S"),
            does(then(0), "pay_for", way="parent"),
            does(then(5), "match_parent"),
        ),
    ),
    Invoice("ebbe", 7, 4_350, (does(after(FIRST, 1), "fail_to_forward"),)),
    Invoice(
        "bursztyn",
        6,
        1_780,
        (does(after(FIRST, 1), "be_absent"), pays(after(SECOND, 4))),
    ),
    Invoice(
        "lodshus",
        12,
        8_800,
        (
            does(
                after(FIRST, 2),
                "answer",
                text="Sag 48213: Fakturaen er bestridt af vores indkøb, timerne passer"
                " ikke. Vi betaler ikke, før det er afklaret.\n\nLodshusets kreditor",
                marks={"Precedence": "bulk", "Auto-Submitted": "auto-generated"},
            ),
        ),
    ),
    Invoice(
        "tovvaerk",
        10,
        6_150,
        (
            does(after(FIRST, 1), "leave", login="tobias"),
            does(
                then(1),
                "answer",
                text="Hej Tobias,\n\nVi har fået rebet retur fra jer. Hvornår kommer"
                " kreditnotaen?\n\nTovværket",
            ),
        ),
    ),
    Invoice("maagerede", 4, 3_980, (pays(after(FIRST, 5)),)),
    # -- with a collection service: reminded there, disputed, answered, paid to us; a
    # second one is there still, and a third is reminded of by ourselves
    Invoice(
        "norrhamn",
        6,
        22_000,
        (
            does(due(9), "hand_over"),
            does(then(3), "work_at_amili", state="reminder", status="reminder_sent"),
            does(then(1), "learn_word", raw_state="reminder", state="reminder_sent"),
            does(then(5), "work_at_amili", state="disputed", status="contested"),
            does(then(1), "learn_word", raw_state="disputed", state="disputed"),
            does(then(2), "close_question", outcome="agreed"),
            does(then(1), "release"),
            does(
                then(1),
                "work_at_amili",
                state="debt_collection",
                status="debt_collection_active",
                costs=240.0,
                interest=163.7,
            ),
            pays(then(6)),
            does(
                then(2),
                "work_at_amili",
                state="debt_collection",
                status="debt_collection_active",
                costs=0.0,
                interest=0.0,
                closed=True,
            ),
        ),
    ),
    Invoice(
        "norrhamn",
        30,
        9_400,
        (
            does(due(6), "hand_over"),
            does(then(3), "work_at_amili", state="reminder", status="reminder_sent"),
        ),
    ),
    Invoice("norrhamn", 38, 3_150),
    # -- the first reminder by SMS, the second in Kivra, and an answer to the third
    Invoice(
        "skaergaard",
        -6,
        14_800,
        (
            does(
                after(FINAL, 1),
                "text_back",
                text="Hej! Vi betalade hela beloppet i går. Kan ni kolla? /Maja",
            ),
        ),
    ),
    # -- always in time
    Invoice("fyrtaarn", 9, 18_300, (pays(due(-3)),)),
    Invoice("ravnsborg", 20, 4_700, (pays(due(-1)),)),
    Invoice("polder", 38, 2_600, (pays(due(-5)),)),
    Invoice("kuestenwerk", 41, 8_900, (pays(due(-6)),)),
    # -- not due for a while
    Invoice("fyrtaarn", 62, 44_000, days_to_pay=30),
    Invoice("fjordkvist", 58, 31_500, days_to_pay=30),
    Invoice("stilladser", 56, 12_900),
    Invoice("nordlicht", 60, 3_150),
)
