import { documentElementId, type PageDocument, type PageRun } from '../draw/page-data.js';
import { printable } from '../text.js';
import { EmbeddedStore } from './data/embedded.js';
import type { PowerStore } from './data/power-store.js';
import { documentParsed, element, painted } from './dom.js';
import { helpDialog } from './help.js';
import { type Action, listenToKeys, pictureActions } from './keys.js';
import { followActions, followTools } from './live/follow-tools.js';
import { LiveView } from './live/live-view.js';
import { eventsPanel, excursionsPanel } from './panels/events.js';
import { damagePanel, headerPanel, warningsPanel } from './panels/header.js';
import { Histograms } from './panels/histograms.js';
import { Legend } from './panels/legend.js';
import { phasesPanel } from './panels/phases.js';
import { railsPanel, wiresPanel } from './panels/rails.js';
import { runsPanel } from './panels/runs.js';
import { SelectionPanel } from './panels/selection.js';
import { summaryPanel } from './panels/summary-table.js';
import { tilesPanel } from './panels/tiles.js';
import { toolbar } from './panels/toolbar.js';
import { Plot } from './plot/plot.js';
import { drawForPrint } from './print.js';
import { type Shown, serve } from './serve.js';
import { AppState } from './state/app-state.js';
import { systemTheme, wearTheme } from './theme.js';

const shell = JSON.parse(document.getElementById(documentElementId)!.textContent!) as PageDocument;
if (shell.mode === 'file')
  show(
    shell,
    shell.runs.map((run) => ({ run, store: new EmbeddedStore(run) })),
  );
else void serve(show);

/** Fills the page with recordings and what is known of them. */
function show(page: PageDocument, found: readonly { run: PageRun; store: PowerStore }[]): Shown {
  document.title = `${printable(page.title)} – powerlog`;
  const damage = damagePanel(page.mode !== 'file');
  const recordings = found.map(({ run, store }) => ({ run, store, offsetUs: run.offsetUs, isShown: true }));
  const state = new AppState(recordings, systemTheme());
  if (page.rolling) state.setRolling({ ...page.rolling, isOn: true });
  const live = page.mode === 'live' ? new LiveView(state, page.ofCommand === true) : null;
  wearTheme(state);
  // A finger that moves over the plot means to move it.
  state.dragPans = matchMedia('(pointer: coarse)').matches;
  for (const { store } of recordings) store.onChange = () => state.changed('powers');

  const actions: Action[] = [
    ...(live ? followActions : []),
    ...pictureActions,
    { keys: ['?'], shown: '?', what: 'This help', run: () => help.showModal() },
  ];
  const help = helpDialog(actions);
  listenToKeys(state, actions);

  const work = element('div', { class: 'work' });
  const plot = new Plot(state, work);
  work.append(new Legend(state).root);
  const tools = toolbar(state, page.title, plot, live && followTools(state));
  const cards = element('div', { class: 'cards' });
  document.body.append(
    element(
      'main',
      { 'data-mode': page.mode },
      headerPanel(state, page, help),
      damage,
      ...(live ? [live.root] : [warningsPanel(state), tilesPanel(state)]),
      runsPanel(state),
      element('div', { class: 'stage' }, tools, work),
      cards,
    ),
    help,
  );
  plot.fit();
  drawForPrint(state, plot);
  live?.begin(() => plot.columns);
  const ready = Promise.all(recordings.map(({ store }) => store.ready)).then(() => plot.begin());
  // The first picture need not wait until what is below is laid out.
  void Promise.race([ready.then(painted), documentParsed()]).finally(() => cards.append(...cardsOf(state)));
  return { state, live };
}

/** What is below the picture. */
const cardsOf = (state: AppState): HTMLElement[] => [
  new SelectionPanel(state).root,
  excursionsPanel(state),
  phasesPanel(state),
  railsPanel(state),
  new Histograms(state).root,
  eventsPanel(state),
  wiresPanel(state),
  summaryPanel(state),
];
