/**
 * Texts about attempts, and the sentences that describe a policy and the settings of a workflow, in English, as those of
 * `en`. A page loads them with the first fields that show them.
 */
export const enPolicy = {
  'policy.says': 'What happens',
  'policy.says.once': 'Has one attempt.',
  'policy.says.attempts': 'Tries up to {count} times, with waits of about {waits}.',
  'policy.says.attemptsOnly': 'Tries up to {count} times.',
  'policy.says.more': '{waits} and more',
  'policy.says.retryIf': 'A failed attempt is tried again only if its condition is true.',
  'policy.says.final': 'An attempt that fails with {codes} is not tried again.',
  'policy.says.timeout': 'An attempt may take {time}.',
  'policy.says.heartbeat': 'An attempt that is silent for {time} fails.',
  'policy.says.total': 'All attempts and waits together may take {time}.',
  'policy.says.queue': 'It runs on workers of the queue "{queue}".',
  'policy.says.fail': '{count, plural, one {If it fails} other {If all fail}}, the run fails.',
  'policy.says.continue':
    '{count, plural, one {If it fails} other {If all fail}}, the run continues without its output.',
  'policy.says.route': '{count, plural, one {If it fails} other {If all fail}}, the run continues at the error port.',
  'policy.says.park': '{count, plural, one {If it fails} other {If all fail}}, the node waits until a person fixes it.',

  'policy.default': 'Default',
  'policy.reset': 'Reset',
  'policy.resetField': 'Reset "{field}" to its default',
  'policy.growth': 'Growth of the waits',
  'policy.growthHelp': 'Each wait is this many times as long as the one before.',
  'policy.longestWait': 'Longest wait',
  'policy.longestWaitHelp': 'Waits grow up to this time. A service may ask for a longer one.',
  'policy.longestWaitDefault': 'Waits grow up to {value}. A service may ask for a longer one.',
  'policy.finalCodes': 'Errors that are final',
  'policy.finalCodesHelp': 'Error codes that are not tried again, separated by commas.',
  'policy.finalCodesFault': 'Enter at most 100 codes of up to 200 characters.',
  'policy.retryIf': 'Try again only if',
  'policy.retryIfHelp': 'Reads the failed attempt as "error", with its code, message, details and attempt.',
  'policy.always': 'Always',
  'policy.total': 'Total time',
  'policy.totalHelp': 'With all attempts and waits. The node fails when it is over.',
  'policy.heartbeat': 'Longest silence',
  'policy.heartbeatHelp': 'An attempt that sends no heartbeat for this long fails.',
  'policy.queue': 'Task queue',
  'policy.queueHelp': 'Only workers that serve this queue run the node.',
  'policy.anyWorker': 'Any worker',
  'policy.idempotency': 'Idempotency key',
  'policy.idempotencyHelp': 'A service that has seen the key does not repeat the call.',
  'policy.ownKey': 'One key for each run of the node',

  'settings.says.noLimit': 'A run has no time limit.',
  'settings.says.timeout': 'A run may take {time}.',
  'settings.says.atOnce':
    'At most {count, plural, one {# run is} other {# runs are}} in progress at once; others wait.',
  'settings.says.atOnceKey':
    'At most {count, plural, one {# run} other {# runs}} with the same key {count, plural, one {is} other {are}} in progress at once; others wait.',
  'settings.says.rate': 'At most {count, plural, one {# run starts} other {# runs start}} in {time}; others wait.',
  'settings.says.rateKey':
    'At most {count, plural, one {# run} other {# runs}} with the same key {count, plural, one {starts} other {start}} in {time}; others wait.',
  'settings.says.dedupe': 'A request with the key of an earlier one within {time} starts no run.',
  'settings.says.debounce': 'Requests are merged into one run, which starts {time} after the last one.',
  'settings.says.debounceMax': 'It starts {time} after the first one at the latest.',
  'settings.says.batching':
    'Up to {count, plural, one {# item} other {# items}} of requests are collected in one run, which starts {time} after the first request at the latest.',
  'settings.says.high': 'Its runs start before those of other workflows that wait.',
  'settings.says.low': 'Its runs start after those of other workflows that wait.',
  'settings.says.undo': 'A canceled run undoes what it has done.',
  'settings.says.noUndo': 'A canceled run leaves what it has done.',
  'settings.says.keep': 'Ended runs are kept for at most {count, plural, one {# day} other {# days}}.',
} as const
