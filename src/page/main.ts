import { documentElementId, type PageDocument } from '../draw/page-data.js';
import { EmbeddedStore } from './data/embedded.js';
import { element } from './dom.js';
import { helpDialog } from './help.js';
import { type Action, listenToKeys, pictureActions } from './keys.js';
import { headerPanel, warningsPanel } from './panels/header.js';
import { Legend } from './panels/legend.js';
import { SelectionPanel } from './panels/selection.js';
import { tilesPanel } from './panels/tiles.js';
import { toolbar } from './panels/toolbar.js';
import { Plot } from './plot/plot.js';
import { AppState } from './state/app-state.js';
import { systemTheme, wearTheme } from './theme.js';

const page = JSON.parse(document.getElementById(documentElementId)!.textContent!) as PageDocument;
document.title = `${page.title} – powerlog`;

const recordings = page.runs.map((run) => ({
  run,
  store: new EmbeddedStore(run),
  offsetUs: run.offsetUs,
  isShown: true,
}));
const state = new AppState(recordings, systemTheme());
wearTheme(state);
for (const { store } of recordings) store.onChange = () => state.changed('powers');

const actions: Action[] = [
  ...pictureActions,
  { keys: ['?'], shown: '?', what: 'This help', run: () => help.showModal() },
];
const help = helpDialog(actions);
listenToKeys(state, actions);

const stage = element('div', { class: 'stage' });
const work = element('div', { class: 'work' });
let plot: Plot;
stage.append(
  toolbar(state, page.title, () => plot),
  work,
);
document.body.append(
  element(
    'main',
    {},
    headerPanel(state, page, help),
    warningsPanel(state),
    tilesPanel(state),
    stage,
    new SelectionPanel(state).root,
  ),
  help,
);
plot = new Plot(state, work);
work.append(new Legend(state).root);
