import type { Engine } from '../contract.js';
import { TensorflowLinearProblem } from './linear.js';
import { loadTensorflow } from './load.js';
import { TensorflowModel } from './model.js';
import { Operations } from './operations.js';

/**
 * The engine that computes with TensorFlow, through the native addon of tfjs-node.
 *
 * @throws EngineUnavailable when tfjs-node is missing or does not load.
 */
export function createTensorflowEngine(): Engine {
  const { addon, version } = loadTensorflow();
  const operations = new Operations(addon);
  return {
    name: 'tensorflow',
    version: `tfjs-node ${version}, TensorFlow ${addon.TF_Version}`,
    model: (network, weights) => new TensorflowModel(operations, network, weights),
    linear: (features, rows, width, labels, classes) =>
      new TensorflowLinearProblem(operations, features, rows, width, labels, classes),
  };
}
