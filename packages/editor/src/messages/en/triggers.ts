/** Texts about triggers of the server in English, as those of `en`. A page loads them with the first such node. */
export const enTriggers = {
  'triggers.title': 'Trigger',
  'triggers.state':
    '{state, select, active {Active} paused {Paused by {person}} other {Starts runs after the workflow is published}}',
  'triggers.loadFailed': 'The trigger could not be loaded',
  'triggers.changeFailed': 'The trigger could not be changed',
  'triggers.pause': 'Pause',
  'triggers.resume': 'Resume',
  'triggers.address': 'Address',
  'triggers.addressHelp': 'It stays the same when the workflow is published again. Keep it secret.',
  'triggers.replace': 'Replace address',
  'triggers.replaceTitle': 'Replace the address?',
  'triggers.replaceWhy':
    'Messages to the address that the trigger has now are refused at once, also those to an open test. Give the new address to the sender.',
  'triggers.copyAddress': 'Copy address',
  'triggers.test': '{kind, select, webhook {Test address} other {Test}}',
  'triggers.testHelp':
    '{kind, select, webhook {Each message to it starts a test run of the draft.} other {Each event then starts a test run of the draft as well.}}',
  'triggers.testUntil':
    '{kind, select, webhook {Open until {time}. Each message to it starts a test run of the draft.} other {Open until {time}. Each event starts a test run of the draft as well.}}',
  'triggers.openTest': 'Open for an hour',
  'triggers.copyTest': 'Copy test address',
  'triggers.events': 'Last events',
  'triggers.noEvents': 'No events yet.',
  'triggers.outcome':
    '{outcome, select, started {Started a run} merged {Merged into a waiting run} deduplicated {Repeats an earlier request} rejected {Rejected} failed {Failed} other {Starting}}',
  'triggers.isTest': 'Test',
  'triggers.repeats': '{count, plural, one {# repetition} other {# repetitions}}',
  'triggers.openRun': 'Open run',
} as const
