"use strict";
// Filter and sort the long tables. The page is complete without this script.
(() => {
  // Digits are grouped by narrow spaces on the page; whoever types 1234.56 finds them all the same.
  const plain = (text) => text.replace(/\u202f/g, "").replace(/\s+/g, " ").toLowerCase();
  const key = (cell) => cell.dataset.v === undefined ? plain(cell.textContent).trim() : Number(cell.dataset.v);

  const addFilter = (table, rows) => {
    const texts = rows.map((row) => plain(row.textContent));
    const tools = document.createElement("div");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const said = document.createElement("span");
    tools.className = "tools";
    label.textContent = "Filter ";
    input.type = "search";
    input.placeholder = "name, amount, number, reason";
    said.setAttribute("role", "status");
    label.append(input);
    tools.append(label, said);
    table.closest(".scroll").before(tools);
    input.addEventListener("input", () => {
      const words = plain(input.value).split(" ").filter(Boolean);
      let found = 0;
      rows.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        found += row.hidden ? 0 : 1;
      });
      said.textContent = words.length ? found + " of " + rows.length + " rows" : "";
    });
  };

  const addSort = (table, rows) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = rows.map((row, place) => [key(row.cells[at]), place, row]);
        keyed.sort((a, b) => ((a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (down ? -1 : 1)) || a[1] - b[1]);
        table.tBodies[0].append(...keyed.map((one) => one[2]));
      });
    });
  };

  document.querySelectorAll("table.data").forEach((table) => {
    const rows = [...table.tBodies[0].rows];
    addFilter(table, rows);
    addSort(table, rows);
  });
})();
