/** Texts about triggers of the server in English, as those of `en`. A page loads them with the first such node. */
export const enTriggers = {
  'triggers.title': 'Trigger',
  'triggers.state':
    '{state, select, active {Active} paused {Paused by {person}} stopped {Paused after repeated failures} other {Starts runs after the workflow is published}}',
  'triggers.loadFailed': 'The trigger could not be loaded',
  'triggers.changeFailed': 'The trigger could not be changed',
  'triggers.pause': 'Pause',
  'triggers.resume': 'Resume',
  'triggers.address': 'Address',
  'triggers.addressHelp':
    '{kind, select, form {Anyone who has it can send the form once it is published. It stays the same when the workflow is published again.} other {It stays the same when the workflow is published again. Keep it secret.}}',
  'triggers.replace': 'Replace address',
  'triggers.replaceTitle': 'Replace the address?',
  'triggers.replaceWhy':
    '{kind, select, form {The address that the form has now shows no form at once, nor does that of an open test. Give the new address to those who are to send the form.} other {Messages to the address that the trigger has now are refused at once, also those to an open test. Give the new address to the sender.}}',
  'triggers.copyAddress': 'Copy address',
  'triggers.test': '{kind, select, webhook {Test address} form {Preview} other {Test}}',
  'triggers.testHelp':
    '{kind, select, webhook {Each message to it starts a test run of the draft.} form {Shows the form of the draft at an address of its own. What is sent there starts a test run of the draft.} other {Each event then starts a test run of the draft as well.}}',
  'triggers.testUntil':
    '{kind, select, webhook {Open until {time}. Each message to it starts a test run of the draft.} form {Open until {time}. It shows the form of the draft; what is sent starts a test run of the draft.} other {Open until {time}. Each event starts a test run of the draft as well.}}',
  'triggers.openTest': 'Open for an hour',
  'triggers.copyTest': 'Copy test address',
  'triggers.openForm': 'Open the form',
  'triggers.openPreview': 'Open the preview',
  'triggers.events': 'Last events',
  'triggers.yourTime': 'your time',
  'triggers.noEvents': 'No events yet.',
  'triggers.outcome':
    '{outcome, select, started {Started a run} merged {Merged into a waiting run} deduplicated {Repeats an earlier request} rejected {Rejected} failed {Failed} skipped {Skipped} missed {Missed} filtered {Filtered out} other {Starting}}',
  'triggers.isTest': 'Test',
  'triggers.filtered': '{count, plural, one {# message} other {# messages}}',
  'triggers.repeats': '{count, plural, one {# repetition} other {# repetitions}}',
  'triggers.openRun': 'Open run',
  'triggers.schedule.title': 'Schedule',
  'triggers.schedule.sentence': '{times}, {zone}',
  'triggers.schedule.every':
    'Every {every}{days, select, weekdays { on weekdays} other {}}{hasHours, select, yes { from {hours}} other {}}',
  'triggers.schedule.weekdaysAt':
    'Every {day, select, 0 {Sunday} 1 {Monday} 2 {Tuesday} 3 {Wednesday} 4 {Thursday} 5 {Friday} 6 {Saturday} other {weekday}} at {time}',
  'triggers.schedule.faulty': 'The schedule cannot be read',
  'triggers.schedule.preset': 'Common schedules',
  'triggers.schedule.own': 'Your own',
  'triggers.schedule.presets':
    '{preset, select, minutes {Every 5 minutes} hourly {Every hour} daily {Every day at 09:00} weekdays {Every weekday at 09:00} weekly {Every Monday at 09:00} other {On the 1st of each month at 09:00}}',
  'triggers.schedule.findZone': 'Search time zones',
  'triggers.schedule.zones': 'Time zones',
  'triggers.schedule.noZone': 'No time zone has this name.',
  'triggers.schedule.next': 'Next times of the draft',
  'triggers.schedule.correct': 'Correct the marked fields to see them.',
  'triggers.schedule.nextFailed': 'The next times could not be loaded',
  'triggers.schedule.forYou': '{time}, your time',
  'triggers.schedule.clockChange':
    '{clockChange, select, gap {Clocks are set forward: the time is moved to the end of the gap.} other {Clocks are set back: this time of the clock comes twice.}}',
  'triggers.schedule.nextAt': 'Next run: {time}, your time.',
  'triggers.schedule.never': 'No further run is due.',
  'triggers.schedule.paused':
    'Times that pass while the schedule is paused start no runs, also not later. Resume it to run past times.',
  'triggers.schedule.waiting': 'The run of {time} waits for the end of the one before.',
  'triggers.schedule.late': 'at {time}',
  'triggers.schedule.backfill': 'Run past times',
  'triggers.schedule.backfillHelp':
    'Starts the runs of up to 100 times of the published schedule, in your time zone. A time that has started a run is left out.',
  'triggers.schedule.from': 'From',
  'triggers.schedule.to': 'To',
  'triggers.schedule.start': 'Start runs',
  'triggers.schedule.started':
    '{started, plural, one {# run started} other {# runs started}}{repeated, plural, =0 {} other {, # had run before}}{rejected, plural, =0 {} other {, # refused}}.',
  'triggers.poll.title': 'Polls',
  'triggers.poll.next': 'Next poll: {time}, your time.',
  'triggers.poll.last': 'Last poll: {time}.',
  'triggers.poll.none': 'No poll yet.',
  'triggers.poll.paused': 'Items that appear while the trigger is paused start runs when it is resumed.',
  'triggers.poll.failures':
    '{count, plural, =0 {The last poll waits} one {The last poll has failed} other {The last # polls have failed}}: {message}',
  'triggers.poll.now': 'Poll now',
  'triggers.poll.nowHelp': 'Asks the service as the draft says. It starts no runs, and nothing is stored.',
  'triggers.poll.failed': 'The service could not be polled',
  'triggers.poll.found':
    '{count, plural, =0 {No new items.} one {1 new item would start a run.} other {# new items would start runs.}}{seen, plural, =0 {} one { 1 item is known.} other { # items are known.}}',
  'triggers.poll.first':
    '{count, plural, =0 {No items.} one {1 item was found.} other {# items were found.}} The first poll starts no runs: it begins with what is new after it.',
  'triggers.poll.items': 'Items of the poll',
  'triggers.poll.isNew': '{isNew, select, yes {New} other {Known}}',
  'triggers.declared': 'Events of your product',
  'triggers.declaredHelp': 'Choosing one also enters the fields of its data.',
  'triggers.undeclared': 'Your product sends no events of the type "{type}".',
  'triggers.typesFailed': 'The types of events could not be loaded',
  'triggers.example': 'Example',
  'triggers.received': 'Try the filter',
  'triggers.receivedHelp': 'The last events of this type, whether or not they have started runs.',
  'triggers.noReceived': 'No event of the type "{type}" was received in the last 7 days.',
  'triggers.refresh': 'Refresh',
  'triggers.receivedFailed': 'The last events could not be loaded',
  'triggers.filterOutcome':
    '{outcome, select, fits {Starts a run} skipped {Skipped} no-boolean {Neither true nor false} refused {Event refused} other {Filter failed}}',
} as const
