import { createHash } from 'node:crypto';
import { backboneOf, type Backbone } from '../backbone/contract.js';
import { decodeImage, readImageFile, UnreadableImage } from '../dataset/images/decode.js';
import { openPixelFile, type PixelFile } from '../dataset/images/pixel-file.js';
import type { Engine, Model } from '../engine/contract.js';
import { concatenatedWidth } from '../engine/network.js';
import { openEngine } from '../engine/open.js';
import { InputError } from '../problem.js';
import { withZeroHead } from '../strategy/initial-weights.js';
import { embedRows, flipKeepsMeaning, memorize, sourceGain } from '../strategy/probes.js';
import { runTrial } from '../strategy/run-trial.js';
import { transferability, type Transferability } from '../strategy/transferability.js';
import type { TrialContext } from '../strategy/trial.js';
import { calibrate } from './calibrate.js';
import { openFeatureFile, type FeatureFile } from './feature-file.js';
import type {
  DecodedImage,
  ImagesSetup,
  OpenedEngine,
  Request,
  Setup,
  TaskName,
  Tasks,
  TrialsSetup,
  WorkerSetup,
} from './worker-messages.js';

const EMBED_BATCH = 32;

/** The state of a worker. Files and engine are opened when a task first needs them. */
export class Work {
  private engine: Engine | null = null;
  private engineReason = '';
  private backbone: Backbone | null = null;
  private setup: WorkerSetup | null = null;
  private images: ImagesSetup | null = null;
  private trials: TrialsSetup | null = null;
  private pixels: PixelFile | null = null;
  private features: FeatureFile | null = null;
  private embedder: Model | null = null;

  prepare(setup: Setup): void {
    if (setup.kind === 'setup') this.setup = setup;
    if (setup.kind === 'trials') this.trials = setup;
    if (setup.kind === 'backbone') {
      this.backbone = backboneOf(setup.pretrained);
      this.closeEmbedder();
    }
    if (setup.kind === 'images') {
      this.images = setup;
      this.pixels?.close();
      this.pixels = null;
      this.closeEmbedder();
    }
  }

  private closeEmbedder(): void {
    this.features?.close();
    this.embedder?.dispose();
    this.features = this.embedder = null;
  }

  async perform({ name, input }: Request): Promise<Tasks[TaskName]['output']> {
    switch (name) {
      case 'engine':
        return this.describeEngine();
      case 'decode':
        return this.decode(input as Tasks['decode']['input']);
      case 'embed':
        return this.embed((input as Tasks['embed']['input']).rows);
      case 'calibrate':
        return calibrate(this.context(), (input as Tasks['calibrate']['input']).arms, () =>
          performance.now(),
        );
      case 'rank':
        return this.rank(input as Tasks['rank']['input']);
      case 'flip':
        return flipKeepsMeaning(this.context(), (input as Tasks['flip']['input']).examples);
      case 'source':
        return sourceGain(this.context(), (input as Tasks['source']['input']).examples);
      case 'memorize':
        return memorize(this.context(), input as Tasks['memorize']['input']);
      case 'trial':
        return runTrial(this.context(), (input as Tasks['trial']['input']).spec, () => performance.now());
    }
  }

  private describeEngine(): OpenedEngine {
    try {
      const { name, version } = this.openedEngine();
      return { name, version, reason: this.engineReason };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { absent: error.problems[0] };
    }
  }

  private async decode({ rows, seconds }: Tasks['decode']['input']): Promise<DecodedImage[]> {
    const end = performance.now() + 1000 * seconds;
    const images = present(this.images);
    const pixels = this.openPixels();
    const decoded: DecodedImage[] = [];
    for (const row of rows) {
      if (performance.now() >= end) break;
      const path = images.paths[row];
      try {
        const { bytes, sha256 } = await readImageFile(images.root, path);
        const image = await decodeImage(bytes, images);
        pixels.write(row, image);
        decoded.push({ row, sha256, pixels: createHash('sha256').update(image).digest('hex') });
      } catch (error) {
        if (!(error instanceof UnreadableImage)) throw error;
        decoded.push({ row, unreadable: { path, kind: error.kind, reason: error.reason } });
      }
    }
    return decoded;
  }

  private embed(rows: number[]): null {
    const images = present(this.images);
    const { embedder, features } = this.openEmbedder();
    const batch = new Uint8Array(EMBED_BATCH * images.size * images.size * 3);
    for (let start = 0; start < rows.length; start += EMBED_BATCH) {
      const chunk = rows.slice(start, start + EMBED_BATCH);
      this.openPixels().read(chunk, batch);
      const embedded = embedder.embed(batch, chunk.length);
      chunk.forEach((row, i) =>
        features.write(row, embedded.subarray(i * features.width, (i + 1) * features.width)),
      );
    }
    return null;
  }

  private rank({ pretrained, rows, labels, classes }: Tasks['rank']['input']): Transferability {
    const { size } = present(this.images);
    const network = backboneOf(pretrained).network(size, 2);
    const model = this.openedEngine().model(network, withZeroHead(network, pretrained.weights), EMBED_BATCH);
    const features = embedRows(model, this.openPixels(), Int32Array.from(rows));
    model.dispose();
    return transferability(features, labels, classes);
  }

  private context(): TrialContext {
    return {
      ...present(this.trials),
      engine: this.openedEngine(),
      backbone: present(this.backbone),
      pixels: this.openPixels(),
      features: this.openEmbedder().features,
      size: present(this.images).size,
    };
  }

  private openedEngine(): Engine {
    if (this.engine === null) {
      const { engine, reason } = openEngine(present(this.setup).engine);
      this.engine = engine;
      this.engineReason = reason;
    }
    return this.engine;
  }

  private openPixels(): PixelFile {
    const { pixelFile, size } = present(this.images);
    return (this.pixels ??= openPixelFile(pixelFile, size));
  }

  private openEmbedder(): { embedder: Model; features: FeatureFile } {
    const { featureFile, size } = present(this.images);
    const backbone = present(this.backbone);
    const network = backbone.network(size, 2);
    this.features ??= openFeatureFile(featureFile, concatenatedWidth(network));
    this.embedder ??= this.openedEngine().model(
      network,
      withZeroHead(network, backbone.weights),
      EMBED_BATCH,
    );
    return { embedder: this.embedder, features: this.features };
  }
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('A worker was asked before it was set up.');
  return value;
}
