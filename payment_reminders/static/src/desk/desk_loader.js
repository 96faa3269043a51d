/** Milliseconds after which a notice is read again: the books may have changed. */
export const MAX_AGE = 60000;

/** Reads what the desk shows, one call a notice, and keeps it for a moment. */
export class DeskLoader {
    /**
     * @param {(id: number) => Promise<Object>} read
     * @param {() => number} [now] milliseconds
     */
    constructor(read, now = () => Date.now()) {
        this.readOne = read;
        this.now = now;
        this.kept = new Map();
    }

    /**
     * @param {number} id of a notice
     * @returns {Promise<Object>} what the desk shows of it
     */
    read(id) {
        const known = this.kept.get(id);
        if (known && this.now() - known.since < MAX_AGE) {
            return known.pane;
        }
        const pane = this.readOne(id);
        this.kept.set(id, { pane, since: this.now() });
        pane.catch(() => this.forget(id));
        return pane;
    }

    forget(id) {
        this.kept.delete(id);
    }

    forgetAll() {
        this.kept.clear();
    }
}
