'use strict';
const table = document.querySelector('table');
const body = table.tBodies[0];
const words = document.getElementById('words');
const state = document.getElementById('state');

function value(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? (cell.querySelector('a') ?? cell).textContent.trim();
  return cell.classList.contains('number') ? parseFloat(text) : text.toLowerCase();
}

function isEmpty(value) {
  return value === '' || Number.isNaN(value);
}

function sort(head) {
  const up = head.getAttribute('aria-sort') !== 'ascending';
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  const rows = [...body.rows].map((row) => [value(row, head.cellIndex), row]);
  rows.sort(([a], [b]) => {
    if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b); // always at the end
    const order = typeof a === 'number' ? a - b : a.localeCompare(b, 'en', { numeric: true });
    return up ? order : -order;
  });
  body.append(...rows.map(([, row]) => row));
}

function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of body.rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !(wanted.every((word) => text.includes(word))
      && (state.value === '' || row.dataset.state === state.value));
    shown += !row.hidden;
  }
  document.getElementById('shown').textContent = `${shown} of ${body.rows.length} shown`;
}

for (const head of table.tHead.rows[0].cells) {
  head.querySelector('button').addEventListener('click', () => sort(head));
}
words.addEventListener('input', filter);
state.addEventListener('change', filter);
document.getElementById('tools').hidden = false;
filter();
