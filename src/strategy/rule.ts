/**
 * Names how strategies train: networks, recipes, what may be tried. A stored verdict that rests on other trainings is
 * not compared: raise the number in every release in which the same trial may come to another result.
 */
export const TRAINING_RULE = 'headstart-training/2';
