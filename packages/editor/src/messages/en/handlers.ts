/** Texts about error handlers in English, as those of `en`. A page loads them with the settings of a workflow, or with a run. */
export const enHandlers = {
  'handler.group': 'Failures',
  'handler.workflow': 'Error handler',
  'handler.workflowHelp':
    'A published workflow that runs once for each run that fails. It gets the failure as its input.',
  'handler.remove': 'Remove the error handler',
  'handler.id': 'Id of a workflow',
  'handler.onTimeout': 'Also when a run takes too long',
  'handler.onCancel': 'Also when a run is canceled',
  'runs.handles': 'Handles the failure of run {run}',
  'runs.handledBy': 'Handled by run {run}',
} as const
