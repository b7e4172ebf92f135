/**
 * Texts about what a node run waits for in English, as those of `en`. A page loads them with the first node run that
 * waits for a time, an event or a callback.
 */
export const enWaits = {
  'runs.waitCard.label': 'Wait',
  'runs.waitCard.event': 'Event',
  'runs.waitCard.key': 'Key',
  'runs.waitCard.limit': 'Time limit',
  'runs.waitCard.noLimit': 'None',
  'runs.waitCard.until': 'Until',
  'runs.waitCard.received': 'Received',
  'runs.waitCard.sentBy': 'Sent by',
  'runs.waitCard.early': '{time}, before the run waited for it',
  'runs.waitCard.callbackHelp': 'Another system calls the URL of this node. The URL is a secret and is not shown.',
  'runs.waitCard.connection': 'Connection',
  'runs.waitCard.privateConnection': 'Private connection of the person for whom the run acts',
  'runs.waitCard.connectionHelp': 'Its credentials are no longer valid. Connect it again, and the run continues.',
  'runs.waitCard.timedOut': 'It did not come in time.',
  'runs.waitCard.canceled': 'The wait was canceled.',
  'runs.waitCard.send': 'Send the event…',
  'runs.sendEvent.title': 'Send the event "{name}"',
  'runs.sendEvent.help': 'All runs that wait for this event with the key "{key}" receive it and continue.',
  'runs.sendEvent.json': 'Data of the event as JSON',
  'runs.sendEvent.noFields': 'This event has no fields.',
  'runs.sendEvent.submit': 'Send event',
  'runs.sendEvent.failed': 'The event could not be sent',
  'runs.sendEvent.over': 'The node no longer waits for this event.',
  'runs.sendEvent.sent': 'Event sent. {count, plural, one {# run continues.} other {# runs continue.}}',
  'runs.sendEvent.refused':
    '{count, plural, one {# run still waits: the data does not fit its fields.} other {# runs still wait: the data does not fit their fields.}}',
  'runs.sendEvent.kept': 'No run waits for the event now. It is kept until {time} for the next run that does.',
} as const
