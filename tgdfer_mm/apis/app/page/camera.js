'use strict';

// The camera of this machine: asked for only while the page is open and it is on.
let watching = false;

async function ask(method, path) {
  const signal = AbortSignal.timeout(20000);
  return fetch(path, { method, headers: { 'X-TGDFER': '1' }, signal });
}

function showCamera(on, sentence = '') {
  watching = on;
  $('camera-view').hidden = !on;
  $('camera-start').hidden = on;
  $('error').textContent = sentence;
  $('error').hidden = !sentence;
  if (!on) {
    $('camera-picture').removeAttribute('src');
    $('camera-faces').replaceChildren();
  }
}

async function startCamera() {
  $('camera-start').disabled = true;
  try {
    const response = await ask('POST', 'camera');
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) { showCamera(false, answer.error || unexplained(response.status)); return; }
    showCamera(true);
    nextPicture();
    pollCamera();
  } catch {
    showCamera(false, 'The program does not answer. Check that it still runs.');
  } finally {
    $('camera-start').disabled = false;
  }
}

function nextPicture() {
  if (watching) $('camera-picture').src = `camera/picture?${Date.now()}`;
}

async function pollCamera() {
  if (!watching) return;
  try {
    const answer = await (await ask('GET', 'camera')).json();
    if (!watching) return;
    if (!answer.running) { showCamera(false, answer.error || 'The camera has stopped.'); return; }
    $('camera-note').textContent = answer.note;
    $('camera-state').textContent = `${answer.frames} pictures looked at, ${answer.dropped} dropped because they came too fast. ` +
      `An answer comes ${answer.usual} seconds after what it is about, plus the time of the model; later where a face was lost.`;
    $('camera-faces').className = answer.sure ? '' : 'unsure';
    $('camera-faces').replaceChildren(...answer.faces.map((face) => make('tr', {},
      make('td', {}, String(face.track)), make('td', {}, face.label),
      make('td', { class: 'number' }, face.score.toFixed(2)), make('td', { class: 'number' }, face.ago.toFixed(1)))));
  } catch {
    showCamera(false, 'The program does not answer. Check that it still runs.');
    return;
  }
  setTimeout(pollCamera, 500);
}

$('camera-picture').addEventListener('load', () => setTimeout(nextPicture, 100));
$('camera-picture').addEventListener('error', () => setTimeout(nextPicture, 500));
$('camera-start').addEventListener('click', startCamera);
$('camera-stop').addEventListener('click', () => {
  showCamera(false);
  ask('DELETE', 'camera').catch(() => {});
});
