/** Texts in English to run ended runs again, as those of `en`. A page loads them with the first ended run that it shows. */
export const enRerun = {
  'runs.again.run': 'Run again',
  'runs.again.failed': 'Run again from where it failed',
  'runs.again.more': 'More ways to run again',
  'runs.again.withInput': 'Run again with other input',
  'runs.again.inputTitle': 'Run again with other input',
  'runs.again.inputText': 'Starts a new run of version {version} from the beginning.',
  'runs.again.inputTest': 'Tests the present draft with this input.',
  'runs.again.inputFailed': 'The input of the run could not be loaded',
  'runs.reruns.label': 'Runs that repeat this one',
  'runs.reruns.loadFailed': 'The runs that repeat this one could not be loaded',
  'runs.reruns.start': 'From the start',
  'runs.reruns.failed': 'From where it failed',
  'runs.reruns.node': 'From {node}',
  'runs.again.node': 'Run again from here',
  'runs.again.test': 'Test the draft again',
  'runs.again.deleted': 'The workflow of this run was deleted, so it cannot be run again.',
  'runs.again.notEnded': 'The run has not ended yet. Wait for its end, or cancel it first.',
  'runs.again.refused.undone':
    'The finished nodes of this run were undone, so their results cannot be reused. Run it again from its start.',
  'runs.again.refused.nothing_failed': 'The run has completed, so there is no failed node to run again.',
  'runs.again.refused.inside_loop':
    'A node inside a loop or a scope cannot run again by itself. Run again from the loop or scope around it.',
  'runs.again.refused.not_reached':
    'Nothing has run there. Run again from a node that has run, or start a new run of the workflow.',
  'runs.again.title': 'Which version should run?',
  'runs.again.newer':
    'This run used version {version}. Version {latest} is published now. The new run gets the same input.',
  'runs.again.version': 'Run version {version}',
  'runs.rerunOf.start': 'Runs {run} again',
  'runs.rerunOf.failed': 'Runs {run} again from where it failed',
  'runs.rerunOf.node': 'Runs {run} again from {node}',
} as const
