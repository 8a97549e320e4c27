const editor = document.querySelector("verbatim-editor");

editor.values = { entity: { guest: "Ana", time: "19:30" } };

// What the tokens may hold: the editor says what the message takes at worst, for each restaurant.
editor.domains = {
  entity: { guest: { max_chars: 40, alphabet: "gsm" }, time: { values: ["19:30", "20:00"] } },
  rows: [
    { variant: "Paris", values: { restaurant: "Château d’Été" } },
    { variant: "Rome", values: { restaurant: "Da Enzo" } },
  ],
};

editor.addEventListener("edit", ({ detail }) => {
  editor.values = detail.values;
});

// A body with errors is refused by the form itself, like any field that is not valid.
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  document.querySelector("output").value = new FormData(event.target).get("body");
});
