import { describe, expect, test } from "@odoo/hoot";
import { DeskLoader, MAX_AGE } from "@payment_reminders/desk/desk_loader";
import { findNeighbour, findNextWaiting, flattenRows } from "@payment_reminders/desk/desk_rows";

describe.current.tags("headless");

const row = (resId, state = "proposed") => ({ resId, data: { state } });

test("the next that waits comes after the one that was dealt with", () => {
    const rows = [row(1), row(2), row(3, "approved"), row(4, "held")];
    expect(findNextWaiting(rows, 1)).toBe(2);
    expect(findNextWaiting(rows, 2)).toBe(4);
});

test("after the last one it begins anew, and stays when nothing waits", () => {
    const rows = [row(1), row(2, "approved"), row(3)];
    expect(findNextWaiting(rows, 3)).toBe(1);
    expect(findNextWaiting([row(1, "sent"), row(2, "approved")], 2)).toBe(2);
    expect(findNextWaiting([], 2)).toBe(false);
});

test("what was dealt with a moment ago is passed over", () => {
    const rows = [row(1), row(2), row(3)];
    expect(findNextWaiting(rows, 2, new Set([2, 3]))).toBe(1);
    expect(findNextWaiting(rows, 2, new Set([1, 2, 3]))).toBe(3);
});

test("keys stop at both ends", () => {
    const rows = [row(1), row(2)];
    expect(findNeighbour(rows, 1, 1)).toBe(2);
    expect(findNeighbour(rows, 2, 1)).toBe(2);
    expect(findNeighbour(rows, 1, -1)).toBe(1);
    expect(findNeighbour([], false, 1)).toBe(false);
});

test("rows of groups are those that are unfolded", () => {
    const group = (isFolded, ...records) => ({ isFolded, list: { isGrouped: false, records } });
    const list = { isGrouped: true, groups: [group(false, row(1)), group(true, row(2)), group(false, row(3))] };
    expect(flattenRows(list).map((one) => one.resId)).toEqual([1, 3]);
});

test("a notice is read once, and again when it is old", async () => {
    let now = 0;
    const asked = [];
    const loader = new DeskLoader(
        async (id) => {
            asked.push(id);
            return { id };
        },
        () => now
    );
    await loader.read(7);
    expect(await loader.read(7)).toEqual({ id: 7 });
    expect(asked).toEqual([7]);
    now = MAX_AGE;
    await loader.read(7);
    loader.forget(7);
    await loader.read(7);
    expect(asked).toEqual([7, 7, 7]);
});

test("what could not be read is asked again", async () => {
    let fails = true;
    const loader = new DeskLoader(async (id) => {
        if (fails) {
            throw new Error("away");
        }
        return { id };
    });
    await expect(loader.read(7)).rejects.toThrow("away");
    fails = false;
    expect(await loader.read(7)).toEqual({ id: 7 });
});
