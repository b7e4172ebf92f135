/**
 * Texts about connections in English, as those of `en`. A page loads them with the first list of connections, or the first
 * node that has one.
 */
export const enConnections = {
  'connections.title': 'Connections',
  'connections.new': 'New connection',
  'connections.loadFailed': 'The connections could not be loaded',
  'connections.empty': 'No connections yet',
  'connections.emptyWhy': 'A connection holds the credentials of an account, so that nodes can use it.',
  'connections.list': 'Connections',
  'connections.hidden': 'Only editors and admins see connections.',
  'connections.status': '{status, select, connected {Connected} failed {Test failed} other {Connect again}}',
  'connections.detail':
    '{connector} · {sharing, select, tenant {all workflows} user {runs that {owner} starts} other {some workflows}} · {isProvided, select, yes {provided by this product} other {created by {owner}}}',
  'connections.account': 'user {name}',
  'connections.server':
    '{hasDatabase, select, yes {{database} on } other {}}{host}{access, select, read { · nodes may read} insert { · nodes may read and insert} write { · nodes may read, insert, change and delete} other {}}',
  'connections.edit': 'Edit',
  'connections.editNamed': 'Edit {name}',
  'connections.again': 'Connect again',
  'connections.againNamed': 'Connect {name} again',
  'connections.askProduct': 'Connect the account again in the settings of this product.',
  'connections.askOwner': 'Only {owner} and admins can connect it again.',
  'connections.test': 'Test',
  'connections.testNamed': 'Test {name}',
  'connections.uses': 'Uses',
  'connections.usesNamed': 'Show the workflows that use {name}',
  'connections.noUses': 'No workflow uses it.',
  'connections.usedBy': 'Workflows that use {name}',
  'connections.usedInDraft': '{name} (draft only)',
  'connections.delete': 'Delete',
  'connections.deleteNamed': 'Delete {name}',
  'connections.deleteTitle': 'Delete the connection "{name}"?',
  'connections.deleteWhy': 'Its credentials are deleted. Nodes that use it fail from then on.',
  'connections.deleteUsed':
    'Its credentials are deleted. Nodes of these workflows fail from then on: {names}{more, plural, =0 {} other { and # more}}.',
  'connections.deleteFailed': 'The connection could not be deleted',
  'connections.testFailed': 'The test could not be sent',
  'connections.form.new': 'New connection',
  'connections.form.edit': 'Edit {name}',
  'connections.form.service': 'Service',
  'connections.form.name': 'Name',
  'connections.form.field':
    '{field, select, in {Position} name {Header or parameter} apiKey {API key} username {User name} password {Password} token {Token} accessKeyId {Access key ID} secretAccessKey {Secret access key} region {Region} host {Host} port {Port} database {Database} access {Nodes may} tls {TLS} ca {Certificate authority} other {{field}}}',
  'connections.form.caHelp': 'PEM. Leave it empty if a public authority signs the certificate of the server.',
  'connections.form.choice':
    '{choice, select, header {Header} query {Query parameter} read {Read} insert {Read and insert} write {Read, insert, change and delete} verify {Encrypt and verify the certificate} encrypt {Encrypt without verifying} off {Off: everything is sent as plain text} tls {TLS} starttls {STARTTLS} other {{choice}}}',
  'connections.form.setBy':
    'Set on {time} by {name}{reason, select, refused {, and no longer valid. Enter it again.} bound {. Enter it again: it is kept for the earlier values only.} other {. Leave it empty to keep it.}}',
  'connections.form.kept': 'Secrets are kept',
  'connections.form.keptHere': 'Here, encrypted',
  'connections.form.keptManager': 'In the secret manager',
  'connections.form.keptHelp':
    '{kept, select, yes {Requests read them there when they need them. Nothing of them is stored here.} other {Enter them below. No one can read them back.}}',
  'connections.form.reference': '{field}: its name in the secret manager',
  'connections.form.page': 'A window of the service opens, in which you allow access.',
  'connections.form.hosts': 'Allowed hosts',
  'connections.form.hostsHelp':
    'One per line, such as api.example.com or *.example.com. The credentials are sent to no other host.',
  'connections.form.sharing': 'Used by',
  'connections.form.sharingChoice':
    '{sharing, select, tenant {All workflows} user {Runs that you start} other {Some workflows}}',
  'connections.form.save': 'Save',
  'connections.form.connect': 'Connect',
  'connections.form.failed': 'The connection could not be saved',
  'connections.form.again': 'Connect "{name}" again',
  'connections.wait.line':
    '{name} waits until "{connection}" is connected again.{others, plural, =0 {} one { # more node waits.} other { # more nodes wait.}}',
  'connections.wait.private':
    '{name} waits until the private connection of the person for whom the run acts is connected again.{others, plural, =0 {} one { # more node waits.} other { # more nodes wait.}}',
  'connections.lookup.choose': 'Choose from {service}',
  'connections.lookup.needsConnection': 'Choose a connection first, or enter the value.',
  'connections.lookup.search': 'Search',
  'connections.lookup.list': 'Choices',
  'connections.lookup.none': 'The service lists nothing that fits.',
  'connections.lookup.failed': 'The list could not be loaded',
  'connections.picker.none': 'None',
  'connections.picker.option': '{name} · {service} · {owner}',
  'connections.picker.provided': 'Provided by this product',
  'connections.picker.missing': 'This connection does not exist, or you may not use it. Choose another one.',
  'connections.picker.again': 'Its credentials are no longer valid. Runs wait until it is connected again.',
} as const
