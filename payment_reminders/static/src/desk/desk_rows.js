/** States in which a notice waits for a person. */
const WAITING = ["proposed", "held", "uncertain"];

/**
 * @param {Object} list of records, or of groups
 * @returns {Object[]} its records that are shown, groups unfolded
 */
export function flattenRows(list) {
    if (!list.isGrouped) {
        return list.records;
    }
    return list.groups.flatMap((group) => (group.isFolded ? [] : flattenRows(group.list)));
}

/**
 * @param {Object[]} rows
 * @param {number|false} id of the record that is shown
 * @param {number} delta 1: the next, -1: the one before
 * @returns {number|false} id of the record so many rows away, at the ends the last one
 */
export function findNeighbour(rows, id, delta) {
    const index = rows.findIndex((row) => row.resId === id);
    const row = rows[Math.min(Math.max(index + delta, 0), rows.length - 1)];
    return row ? row.resId : false;
}

/**
 * @param {Object[]} rows
 * @param {number} id of the record that was just dealt with
 * @param {Set<number>} [dealt] ids of more of those, of which the rows do not know yet
 * @returns {number|false} id of the next one that waits for a person; else its neighbour
 */
export function findNextWaiting(rows, id, dealt = new Set()) {
    const index = rows.findIndex((row) => row.resId === id);
    const order = [...rows.slice(index + 1), ...rows.slice(0, Math.max(index, 0))];
    const next = order.find(
        (row) => WAITING.includes(row.data.state) && !dealt.has(row.resId)
    );
    return next ? next.resId : findNeighbour(rows, id, 1);
}
