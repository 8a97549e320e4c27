// What an editor asks the module at each key: what is wrong with the body, and what it will say.

export const KEYSTROKE = "`check` and `preview` of 500 characters with 6 tokens";

const BODY =
    "Hi ${guest_name}, your table for ${party_size} at {{entity:restaurant}} is booked for " +
    "{{vrbl:DAY}} at half past seven. Show the code {{vrbl:CONFIRMATION_CODE}} at the door, and " +
    "{{tn:greeting}}! ";
const VALUES = {
    variant: { guest_name: "Philippa", party_size: "four" },
    entity: { restaurant: "The Old Mill" },
    variable: { DAY: "Friday", CONFIRMATION_CODE: "QX7-4410" },
    translation: { greeting: "enjoy your evening" },
};
const FILLER = "Parking is behind the house, and the kitchen closes at ten in the evening. ";

/** A contender whose bodies differ in a letter, so that nothing is answered from memory. */
export function keystroke(verbatim) {
    const body = (BODY + FILLER.repeat(10)).slice(0, 499);
    const answered = (answer) => {
        if (answer.error) throw new Error(answer.error.message);
        return answer.ok;
    };
    return {
        name: "verbatim",
        texts: Array.from("abcdefgh", (letter) => body + letter),
        call: (body) => {
            const { diagnostics } = answered(verbatim.check({ title: "Booked", body }));
            const { segments, missing_total } = answered(verbatim.preview({ body, values: VALUES }));
            if (missing_total > 0) throw new Error("a token has no value");
            return segments.segments + diagnostics.length;
        },
        size: (count) => count,
    };
}
