import type { Place, Token } from '../../publish/server/access.js';
import { AnswerServer } from '../../publish/server/answer-server.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import { Metrics, type Scraped } from './metrics.js';

/** Where scrapers find the metrics of a recording. */
export const metricsPath = '/metrics';

/** Serves the metrics of one recording, until that is over. */
export class MetricsServer {
  readonly #metrics: Metrics;
  readonly #server: AnswerServer;

  private constructor(metrics: Metrics, server: AnswerServer) {
    this.#metrics = metrics;
    this.#server = server;
  }

  /** @throws UserError (outputFailed) where nothing can listen there */
  static async open(place: Place, token: Token | null): Promise<MetricsServer> {
    const metrics = new Metrics();
    const answers = { [metricsPath]: metrics.answer.bind(metrics) };
    const server = await AnswerServer.open({ place, token, answers });
    server.unref();
    return new MetricsServer(metrics, server);
  }

  /** What a scraper is told to ask for. */
  get url(): string {
    return this.#server.url + metricsPath;
  }

  sinkOf(track: Track): Sink {
    return this.#metrics.sinkOf(track);
  }

  begin(recording: Scraped): void {
    this.#metrics.begin(recording);
  }

  close(): void {
    this.#server.close();
  }
}
