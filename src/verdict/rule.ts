/**
 * Names the rule that makes a verdict of measurements. A stored verdict of another rule is not compared: raise the
 * number in every release in which the same measurements may lead to another verdict.
 */
export const DECISION_RULE = 'headstart-rule/2';
