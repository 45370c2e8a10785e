'use strict';

// Every text from outside goes through textContent: names of files are anybody's.
const $ = (id) => document.getElementById(id);
const LABELS = { 'result.json': 'Result (JSON)', 'frames.csv': 'Frames (CSV)', 'annotated.mp4': 'Marked video (MP4)' };
let job = null;
let sending = null;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function show(part) {
  $('form').hidden = part !== 'form';
  $('work').hidden = part !== 'work';
  $('results').hidden = part !== 'results';
  if (part !== 'results') $('video').removeAttribute('src');
}

function complain(sentence) {
  job = null;
  showNote();
  history.replaceState(null, '', location.pathname);
  show('form');
  $('error').textContent = sentence;
  $('error').hidden = false;
  $('error').scrollIntoView({ block: 'nearest' });
}

function unexplained(status) {
  return `The program gave no reason (status ${status}). Look into the window where it was started.`;
}

function step(text, share) {
  // Only the step is read out, not every percent.
  if ($('step').textContent !== text) $('step').textContent = text;
  if (share === null) $('share').removeAttribute('value');
  else $('share').value = share;
  $('percent').textContent = share ? `${Math.round(100 * share)} %` : '';
}

function send(file) {
  $('error').hidden = true;
  if (file.size > Number(document.body.dataset.maxBytes)) {
    complain(document.body.dataset.tooLarge);
    return;
  }
  show('work');
  $('work-title').textContent = file.name;
  $('work-title').focus();
  step('Uploading', 0);
  // XMLHttpRequest, as fetch does not tell how far an upload is.
  sending = new XMLHttpRequest();
  sending.open('POST', 'jobs');
  sending.setRequestHeader('X-TGDFER', '1');
  sending.setRequestHeader('X-File-Name', encodeURIComponent(file.name));
  sending.setRequestHeader('X-Model', encodeURIComponent($('model').value));
  if ($('texts').value.trim()) {
    sending.setRequestHeader('X-Texts', encodeURIComponent($('texts').value));
    sending.setRequestHeader('X-Rest', encodeURIComponent($('rest').value));
  }
  sending.setRequestHeader('Content-Type', 'application/octet-stream');
  sending.upload.onprogress = (event) => step('Uploading', event.loaded / file.size);
  sending.upload.onload = () => step('Checking the file', null);
  sending.onload = () => {
    let answer = {};
    try { answer = JSON.parse(sending.responseText); } catch { /* not ours */ }
    if (sending.status === 202) follow(answer.id);
    else complain(answer.error || unexplained(sending.status));
  };
  sending.onerror = () => complain('The upload stopped. Check that the program still runs.');
  sending.onabort = () => show('form');
  sending.send(file);
}

function follow(id) {
  job = id;
  history.replaceState(null, '', `#${id}`);
  poll(id, 0);
}

async function poll(id, failures) {
  if (job !== id) return;
  let answer;
  try {
    // A program that hangs takes the question and never answers.
    const response = await fetch(`jobs/${id}`, { signal: AbortSignal.timeout(10000) });
    answer = await response.json().catch(() => ({}));
    if (!response.ok || !answer.state) {
      if (job === id) complain(answer.error || unexplained(response.status));
      return;
    }
  } catch {
    if (job !== id) return;
    if (failures > 5) { complain('The program does not answer. Check that it still runs.'); return; }
    setTimeout(poll, 1000, id, failures + 1);
    return;
  }
  if (job !== id) return;
  if (answer.state === 'done') { present(id, answer); return; }
  if (answer.state === 'failed') {
    const reason = answer.error || unexplained(200);
    complain(reason.includes(answer.name) ? reason : `${answer.name}: ${reason}`);
    return;
  }
  if (answer.state === 'cancelled') { complain(`${answer.name}: the analysis was cancelled.`); return; }
  show('work');
  $('work-title').textContent = answer.name;
  if (answer.state === 'running') {
    step(answer.step, answer.share);
  } else if (answer.ahead) {
    step(`Waiting: ${answer.ahead === 1 ? 'one video is' : `${answer.ahead} videos are`} before yours`, null);
  } else {
    step('Starting', null);
  }
  setTimeout(poll, 400, id, 0);
}

function present(id, answer) {
  const at = (name) => `jobs/${id}/${encodeURIComponent(name)}`;
  const { title, tracks, notes, video, sure, note } = answer.summary;
  $('results-title').textContent = title;
  $('note').textContent = note; // of the model that was asked, whichever is chosen now
  $('warnings').replaceChildren(...notes.map((line) => make('p', { class: 'note' }, line)));
  const reason = sure ? null : note;
  $('player-note').textContent = reason || '';
  $('player-note').hidden = !reason;
  $('lost').hidden = true;
  $('video').src = at(video);
  $('tracks').replaceChildren(...tracks.map((track) => card(track, at, reason, answer.summary)));
  if (!tracks.length) {
    $('tracks').replaceChildren(make('p', {}, 'No face was found. Faces must be seen from the front, and be large and well lit.'));
  }
  $('downloads').replaceChildren('Save: ', ...answer.files.filter((name) => name in LABELS).map(
    (name) => make('a', { href: `${at(name)}?save`, download: '' }, LABELS[name])));
  show('results');
  $('results-title').focus();
}

// With a reason not to believe a verdict, that comes first and the verdict is grey.
function card(track, at, reason, words) {
  const title = reason ? `Track ${track.id}` : `Track ${track.id}: ${track.headline}`;
  const section = make('section', { 'aria-labelledby': `track-${track.id}`, class: reason ? 'track unsure' : 'track' },
    make('h3', { id: `track-${track.id}` }, title));
  if (reason) section.append(make('p', { class: 'reason' }, reason));
  section.append(make('p', { class: 'verdict' }, track.lead));
  if (track.frames.length) {
    const told = track.frames.some((frame) => frame.movements);
    section.append(
      make('p', { id: `why-${track.id}` }, 'The most relevant frames; click on one to show it in the video:'),
      make('ul', { class: told ? 'moments told' : 'moments', 'aria-labelledby': `why-${track.id}` },
        ...track.frames.map((frame) => make('li', {}, moment(frame), frame.movements))));
    if (track.source) section.append(make('p', { class: 'source' }, track.source));
  }
  section.append(make('picture', { class: 'picture' },
    make('source', { media: '(max-width: 46rem)', srcset: at(track.narrow) }),
    make('img', { src: at(track.picture), alt: track.alt })));
  section.append(track.intervals.length ? intervals(track, words.caption) : make('p', {}, words.none));
  section.append(make('a', { href: at(track.report), target: '_blank', rel: 'noopener', class: 'report' },
    `Open the page of track ${track.id}`));
  return section;
}

function moment(frame) {
  const button = make('button', { type: 'button' }, frame.text);
  button.addEventListener('click', () => {
    const video = $('video');
    video.pause();
    video.currentTime = frame.time + 0.001;
    video.scrollIntoView({ block: 'nearest' });
  });
  return button;
}

function intervals(track, caption) {
  const cell = (text, number) => make('td', number ? { class: 'number' } : {}, text);
  const rows = track.intervals.map((i) => {
    const emotion = cell(i.emotion);
    const swatch = make('span', { class: 'swatch' });
    swatch.style.background = i.color; // the page's policy forbids an attribute
    emotion.prepend(swatch);
    return make('tr', {}, cell(i.start), cell(i.end), emotion, cell(i.score, true));
  });
  const head = ['from', 'to', 'expression', 'score'].map(
    (name) => make('th', { scope: 'col', class: name === 'score' ? 'number' : null }, name));
  return make('table', {}, make('caption', {}, caption),
    make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
}

async function discard() {
  const id = job;
  job = null;
  history.replaceState(null, '', location.pathname);
  show('form');
  const kept = ['model', 'texts', 'rest'].map((name) => [name, $(name).value]);
  $('form').reset();
  for (const [name, value] of kept) $(name).value = value;
  showNote();
  $('file').focus();
  if (sending && sending.readyState !== XMLHttpRequest.DONE) sending.abort();
  if (!id) return;
  const signal = AbortSignal.timeout(10000);
  const gone = await fetch(`jobs/${id}`, { method: 'DELETE', headers: { 'X-TGDFER': '1' }, signal }).catch(() => null);
  if (gone?.ok || job) return;
  complain('The program does not say that it deleted this video and its results. It deletes them when it ends.');
}

$('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const [file] = $('file').files;
  if (file) send(file);
});
function showNote() {
  $('note').textContent = $('model').selectedOptions[0].dataset.note;
}
$('model').addEventListener('change', showNote);
showNote(); // a browser may keep the choice when the page is loaded anew

$('video').addEventListener('error', () => {
  $('lost').hidden = !$('video').hasAttribute('src');
});
$('cancel').addEventListener('click', discard);
$('delete').addEventListener('click', discard);

for (const name of ['dragover', 'dragleave', 'drop']) {
  // On all of the page, so that a drop beside the box does not leave the page.
  document.addEventListener(name, (event) => {
    event.preventDefault();
    $('drop').classList.toggle('over', name === 'dragover');
  });
}
document.addEventListener('drop', (event) => {
  const files = event.dataTransfer?.files;
  if (!files?.length || $('form').hidden) return;
  $('file').files = files;
  $('start').focus();
});

if (location.hash.length > 10) follow(location.hash.slice(1));
