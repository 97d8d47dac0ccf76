import { UserError } from '../errors.js';
import { chosenWiring, type MapChoice, type Wiring } from '../measure/rail-map.js';
import type { HostFacts } from '../measure/summary.js';
import { defaultWireLimits, type WireLimits } from '../measure/wires/limits.js';
import { chooseColumns } from '../sink/column-choice.js';
import type { Recording, Source } from '../source/source.js';
import { type OutputChoice, openOutputs, type TrackOutputs } from './outputs.js';
import { type Places, trackPlaces } from './track-names.js';

/** One instrument of a recording, wired, its outputs open. */
export interface Track {
  /** Distinct; what its files are called, where there are several. */
  readonly id: string;
  readonly source: Source;
  readonly wiring: Wiring;
  /** What its wires are held against. */
  readonly wireLimits: WireLimits;
  readonly outputs: TrackOutputs;
  readonly places: Places;
}

/** A track that is being recorded, or has been. */
export interface RunningTrack extends Track {
  readonly recording: Recording;
}

/**
 * Wires the tracks and opens their outputs.
 * @throws UserError (badInput, usage) where the map or the columns are none of a board; (outputFailed)
 */
export async function openTracks(
  sources: readonly Source[],
  ids: readonly string[],
  map: MapChoice,
  choice: OutputChoice,
  host: HostFacts,
): Promise<Track[]> {
  const wired = sources.map(({ board }, n) => {
    try {
      const wiring = chosenWiring(board, map);
      return { wiring, columns: chooseColumns(board, wiring, choice.columns) };
    } catch (error) {
      if (ids.length === 1 || !(error instanceof UserError)) throw error;
      throw new UserError(`${ids[n]}: ${error.message}`, error.exitCode, { cause: error });
    }
  });
  const places = trackPlaces(choice, ids);
  const tracks: Track[] = [];
  try {
    for (const [n, source] of sources.entries()) {
      const [id, { wiring, columns }, own] = [ids[n]!, wired[n]!, places[n]!];
      const wireLimits = { ...defaultWireLimits, ...source.wireLimits, ...choice.wireLimits };
      const outputs = await openOutputs(
        { ...choice, ...own, wireLimits, columns },
        source.board,
        wiring,
        host,
      );
      tracks.push({ id, source, wiring, wireLimits, outputs, places: own });
    }
    return tracks;
  } catch (error) {
    await closeOutputs(tracks);
    throw error;
  }
}

/** Closes the outputs of tracks that nothing was recorded of. */
export async function closeOutputs(tracks: readonly Track[]): Promise<void> {
  for (const { outputs } of tracks) for (const sink of outputs.sinks) await sink.finish();
}
