//! What the hot paths allocate: rendering its text and nothing else, counting and classifying
//! nothing at all.
#![expect(unsafe_code, reason = "an allocator that counts is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use verbatim_core::limits::MESSAGE_BYTES;
use verbatim_core::{
    Kind, Missing, Policy, Rules, Slots, Template, Weighed, classify, count, fill,
};

struct Counting;

thread_local! {
    // By thread, because the harness runs tests side by side.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(address, layout) }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(address, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `call` gives, and how often it allocated.
fn counted<T>(call: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.get();
    let given = call();
    (given, ALLOCATIONS.get() - before)
}

const BODY: &str = "Hi ${name}, your code is {{vrbl:CODE}}. Ask for {{entity:person}}, ${name}!";
const VALUES: &[(Kind, &str, &str)] = &[
    (Kind::Variant, "name", "Zoë, who has a name that is longer than its token"),
    (Kind::Variable, "CODE", ""),
    (Kind::Entity, "person", "{{tn:anyone}}"),
];

#[test]
fn parsing_allocates_one_list_of_tokens_and_none_without_tokens() {
    assert_eq!(counted(|| Template::new(BODY)).1, 1);
    assert_eq!(counted(|| Template::new("That is $5 {or so}.")).1, 0);
}

#[test]
fn rendering_allocates_its_text_and_nothing_else() {
    let template = Template::new(BODY).unwrap();
    let (text, allocations) = counted(|| template.render(VALUES, Missing::Refuse).unwrap());
    assert_eq!((allocations, text.capacity()), (1, text.len()));
    assert_eq!(counted(|| template.render(&(), Missing::Keep).unwrap()).1, 1);
}

#[test]
fn filling_in_one_pass_allocates_once_where_values_are_not_much_longer_than_tokens() {
    let short = [(Kind::Variant, "name", "Zoë"), VALUES[1], VALUES[2]];
    assert_eq!(counted(|| fill(BODY, &short[..], Missing::Refuse).is_some()), (true, 1));
    assert_eq!(counted(|| fill(BODY, VALUES, Missing::Refuse).is_some()), (true, 2));
}

#[test]
fn a_batch_allocates_nothing_once_its_buffer_has_grown() {
    let slots = Slots::of(&Template::new(BODY).unwrap());
    let values = [Some("Zoë"), Some("QX7"), None];
    let mut text = String::with_capacity(200);
    let (rendered, allocations) = counted(|| {
        slots.render_into(&mut text, &values, Missing::Blank).and_then(|()| {
            text.clear();
            slots.render_into(&mut text, &values, Missing::Blank)
        })
    });
    assert_eq!((rendered, allocations), (Ok(()), 0));

    let mut room = [0; MESSAGE_BYTES];
    let (found, allocations) = counted(|| {
        let values = ["Zoë’s", "[QX7]", "anyone"].map(|value| Some(Weighed::new(value)));
        slots.message_into(&mut room, &values)
    });
    assert_eq!((found.map(|(_, count)| count.segments), allocations), (Ok(1), 0));
}

#[test]
fn counting_allocates_nothing() {
    let wave = "👋".repeat(200);
    for text in ["", "]", &"a".repeat(1600), &"€é".repeat(400), "Ünïcode", &wave] {
        for policy in [Policy::Standard, Policy::Graphemes] {
            assert_eq!(counted(|| count(text, policy)).1, 0, "{text}");
        }
    }
}

#[test]
fn classifying_allocates_nothing() {
    let rules = Rules::default();
    for text in ["STOP", " Unsubscribe ! ", "please stop", "", &"stop ".repeat(500)] {
        assert_eq!(counted(|| classify(text, &rules).trace().count()).1, 0, "{text}");
    }
}
