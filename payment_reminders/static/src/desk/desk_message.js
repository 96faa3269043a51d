import { Component, useRef } from "@odoo/owl";

/** Nothing of a message is run or sent from: it is looked at. */
const POLICY =
    "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'; font-src data: http: https:";

/** A message as the customer gets it, in a frame in which no script runs. */
export class ReminderDeskMessage extends Component {
    static template = "payment_reminders.DeskMessage";
    static props = { message: Object };

    setup() {
        this.frame = useRef("frame");
    }

    get page() {
        return [
            "<!DOCTYPE html><html><head>",
            `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
            // A letter on paper has no margins of its own.
            "<style>body{margin:12px!important;font-family:Arial,Helvetica,sans-serif;font-size:14px;",
            "overflow-wrap:anywhere;background:#fff;color:#212529}img{max-width:100%}</style>",
            `</head><body>${this.props.message.body}</body></html>`,
        ].join("");
    }

    /** The frame is as high as its message: one bar to scroll by. */
    fit() {
        const frame = this.frame.el;
        if (frame?.contentDocument) {
            frame.style.height = `${frame.contentDocument.documentElement.scrollHeight}px`;
        }
    }
}
