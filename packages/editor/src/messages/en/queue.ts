/**
 * Texts about limits of runs, runs that wait to start, and pauses of workflows in English, as those of `en`. A page loads
 * them with the first view that shows them.
 */
export const enQueue = {
  'queue.reason.tenant_paused': 'Waiting to start: all workflows are paused, position {position}',
  'queue.reason.workflow_paused': 'Waiting to start: this workflow is paused, position {position}',
  'queue.reason.workflow_limit':
    'Waiting to start: {count, plural, one {# run of this workflow is} other {# runs of this workflow are}} in progress (limit {limit}), position {position}',
  'queue.reason.workflow_limit_key':
    'Waiting to start: {count, plural, one {# run with the key "{key}" is} other {# runs with the key "{key}" are}} in progress (limit {limit}), position {position}',
  'queue.reason.workflow_rate':
    'Waiting to start: at most {count, plural, one {# run of this workflow starts} other {# runs of this workflow start}} per {interval}, position {position}',
  'queue.reason.workflow_rate_key':
    'Waiting to start: at most {count, plural, one {# run with the key "{key}" starts} other {# runs with the key "{key}" start}} per {interval}, position {position}',
  'queue.reason.tenant_rate':
    'Waiting to start: at most {count, plural, one {# run of all workflows starts} other {# runs of all workflows start}} per {interval}, position {position}',
  'queue.reason.debounce':
    'Waiting for further requests: {count, plural, one {# request} other {# requests}} merged into this run',
  'queue.reason.batching': 'Waiting for further items: {count, plural, one {# item} other {# items}} in this run',
  'queue.startsAt': '{text}, expected at {time}',
  'queue.startsAt.debounce': '{text}, starts at {time} if no more arrive',
  'queue.startsAt.batching': '{text}, starts at {time} at the latest',
  'queue.repeated': 'This request repeats run {run}, so no new run was started',
  'queue.merged': 'This request was merged into run {run}, so no new run was started',
  'queue.reason.tenant_limit':
    'Waiting to start: {count, plural, one {# run of all workflows is} other {# runs of all workflows are}} in progress (limit {limit}), position {position}',
  'queue.priority.high': '{text}, high priority',
  'queue.priority.low': '{text}, low priority',

  'limits.atOnce': 'Runs at once',
  'limits.atOnceHelp': 'More runs wait to start.',
  'limits.key': 'Concurrency key',
  'limits.keyHelp': 'Each value of the key has its own limit. Leave empty for one limit for all runs.',
  'limits.off': 'Off',
  'limits.rate': 'Starts in an interval',
  'limits.rateHelp': 'More runs wait to start until the interval allows them.',
  'limits.rateInterval': 'Interval',
  'limits.rateIntervalHelp': 'The limit applies to each interval of this length.',
  'limits.rateKey': 'Rate key',
  'limits.dedupe': 'Ignore repeated requests for',
  'limits.dedupeHelp': 'A request with the same key returns the run of the first one.',
  'limits.dedupeKey': 'Key of a request',
  'limits.dedupeKeyHelp': 'A request with the value of an earlier one repeats it.',
  'limits.debounce': 'Start after the last request',
  'limits.debounceHelp':
    'Requests that follow each other within this time are merged into one run with the last input.',
  'limits.debounceMaxWait': 'Longest wait',
  'limits.debounceMaxWaitHelp': 'The run starts at the latest this long after the first request.',
  'limits.debounceKey': 'Key of merged requests',
  'limits.debounceKeyHelp': 'Requests with the same value are merged. Leave empty to merge all requests.',
  'limits.batching': 'Collect items in one run, at most',
  'limits.batchingHelp': 'Requests with a list "items" are collected until the run has this many items.',
  'limits.batchingMaxWait': 'Longest wait for items',
  'limits.batchingMaxWaitHelp': 'The run starts at the latest this long after the first request.',
  'limits.batchingKey': 'Key of collected requests',
  'limits.batchingKeyHelp': 'Requests with the same value are collected in one run. Leave empty to collect all.',
  'limits.priority': 'Priority',
  'limits.priorityHelp': 'Order among the runs of all workflows that wait to start.',
  'limits.priorityChoice.high': 'High',
  'limits.priorityChoice.normal': 'Normal',
  'limits.priorityChoice.low': 'Low',

  'queue.paused.workflow': 'Paused by {person} since {time}. New runs wait to start.',
  'queue.pause.workflow.title': 'Pause {name}?',
  'queue.pause.workflow.text': 'New runs wait until you resume the workflow. Test runs still start.',
  'queue.pause.workflow.includeRuns': 'Also pause runs in progress',
  'queue.pause.workflow.failed': 'The workflow could not be paused. Try again.',
  'queue.resume.workflow.title': 'Resume {name}?',
  'queue.resume.workflow.text': 'Waiting runs start, as the limits allow.',
  'queue.resume.workflow.includeRuns': 'Also resume paused runs',
  'queue.resume.workflow.failed': 'The workflow could not be resumed. Try again.',
  'queue.tenant.label': 'Runs of all workflows',
  'queue.pause.tenant.open': 'Pause all workflows',
  'queue.paused.tenant': 'All workflows were paused by {person} on {time}',
  'queue.paused.tenantRuns': 'All workflows were paused by {person} on {time}. New runs wait to start.',
  'queue.pause.tenant.title': 'Pause all workflows?',
  'queue.pause.tenant.text':
    'New runs wait until an admin resumes them. Runs in progress continue. Test runs still start.',
  'queue.pause.tenant.failed': 'The workflows could not be paused. Try again.',
  'queue.tenant.inProgress': '{count} of {limit} runs in progress',
  'queue.tenant.queued': '{count, plural, one {# run waits to start} other {# runs wait to start}}',
  'queue.resume.tenant.open': 'Resume all workflows',
  'queue.resume.tenant.title': 'Resume all workflows?',
  'queue.resume.tenant.text':
    'Waiting runs start, as the limits allow. Workflows that are paused by themselves stay paused.',
  'queue.resume.tenant.failed': 'The workflows could not be resumed. Try again.',
  'queue.pause.confirm': 'Pause',
  'queue.resume.confirm': 'Resume',
} as const
