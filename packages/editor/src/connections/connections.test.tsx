// @vitest-environment jsdom
import type { ConnectionInfo } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { connectionOf } from '../../test/fixtures/connections-fixture.ts'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../test/fixtures/fixture-data.ts'
import { renderPart } from '../../test/fixtures/render.tsx'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { ConnectionButton } from './connection-button.tsx'
import { ConnectionsManager } from './connections-manager.tsx'

const USES = [{ workflowId: 'wf-1', workflowName: 'Leads', isPublished: false, isInDraft: true }]
const OVER = connectionOf('c-over', {
  ...{ name: 'Mailer', status: 'needs_reauth', statusReason: 'The service did not accept the credentials' },
})

function show(connections: readonly ConnectionInfo[]) {
  const fixture = createFixtureClient({ connections, connectionUses: USES })
  const onOpenWorkflow = vi.fn()
  const part = <ConnectionsManager client={fixture.client} onOpenWorkflow={onOpenWorkflow} />
  return { ...renderPart(part), fixture, onOpenWorkflow }
}
const argsOf = ({ calls }: ReturnType<typeof createFixtureClient>, name: string) =>
  calls.filter((call) => call.name === name).map(({ args }) => args)

describe('ConnectionsManager', () => {
  test('creates the first connection; its secret is sent once and shown nowhere', async () => {
    const { user, fixture } = show([])
    await user.click(await screen.findByRole('button', { name: 'New connection' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'New connection' }))
    await user.selectOptions(await dialog.findByRole('combobox', { name: 'Service' }), 'bearer')
    const connect = dialog.getByRole('button', { name: 'Connect' })
    expect(connect.hasAttribute('disabled')).toBe(true)
    await user.type(dialog.getByRole('textbox', { name: 'Name' }), 'CRM')
    const secret = dialog.getByLabelText('Token')
    expect([secret.getAttribute('type'), secret.getAttribute('autocomplete')]).toEqual(['password', 'new-password'])
    await user.type(secret, 'canary-token')
    await user.type(dialog.getByRole('textbox', { name: 'Allowed hosts' }), 'API.crm.example')
    await user.click(connect)
    const list = await screen.findByRole('list', { name: 'Connections' })
    expect(within(list).getByRole('listitem').textContent).toContain('CRMConnected')
    expect(argsOf(fixture, 'connections.create')).toEqual([
      [
        {
          ...{ connector: 'bearer', name: 'CRM', values: {}, secrets: { token: 'canary-token' } },
          ...{ sharing: { kind: 'tenant' }, allowedHosts: ['api.crm.example'] },
        },
      ],
    ])
    expect(document.body.textContent).not.toContain('canary')
  })

  test('refers to secrets that a secret manager of the host keeps, and leaves accounts of the product alone', async () => {
    const provided = { isProvided: true, mayChange: false, owner: { userId: '', displayName: '' } }
    const over = connectionOf('host_crm', { ...OVER, ...provided, id: 'host_crm', name: 'HubSpot' })
    const fixture = createFixtureClient({ connections: [over], secretManager: 'Acme Vault' })
    const { user } = renderPart(<ConnectionsManager client={fixture.client} />)
    const item = within(await screen.findByRole('listitem'))
    item.getByText(/provided by this product/)
    item.getByText('Connect the account again in the settings of this product.')
    expect(item.queryByRole('button', { name: 'Delete HubSpot' })).toBeNull()
    await user.click(await screen.findByRole('button', { name: 'New connection' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'New connection' }))
    await user.selectOptions(await dialog.findByRole('combobox', { name: 'Service' }), 'bearer')
    await user.selectOptions(dialog.getByRole('combobox', { name: 'Secrets are kept' }), 'Acme Vault')
    await user.type(dialog.getByRole('textbox', { name: 'Name' }), 'CRM')
    const reference = dialog.getByRole('textbox', { name: 'Token: its name in the secret manager' })
    await user.type(reference, 'crm/token')
    await user.type(dialog.getByRole('textbox', { name: 'Allowed hosts' }), 'api.crm.example')
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await waitFor(() => expect(argsOf(fixture, 'connections.create')).toHaveLength(1))
    expect(argsOf(fixture, 'connections.create')).toEqual([
      [
        {
          ...{ connector: 'bearer', name: 'CRM', values: {}, references: { token: 'crm/token' } },
          ...{ sharing: { kind: 'tenant' }, allowedHosts: ['api.crm.example'] },
        },
      ],
    ])
    // Going back to a secret that is stored here asks for it.
    await user.click(await screen.findByRole('button', { name: 'Edit CRM' }))
    const edit = within(await screen.findByRole('dialog', { name: 'Edit CRM' }))
    await user.selectOptions(await edit.findByRole('combobox', { name: 'Secrets are kept' }), 'Here, encrypted')
    expect(edit.getByRole('button', { name: 'Save' }).hasAttribute('disabled')).toBe(true)
    await user.type(edit.getByLabelText('Token'), 'canary-token')
    await user.click(edit.getByRole('button', { name: 'Save' }))
    await waitFor(() =>
      expect(argsOf(fixture, 'connections.update')).toEqual([['c2', { secrets: { token: 'canary-token' } }]]),
    )
  })

  test('asks for the host of a database as a field, with the safest choices first', async () => {
    const { user, fixture } = show([])
    await user.click(await screen.findByRole('button', { name: 'New connection' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'New connection' }))
    await user.selectOptions(await dialog.findByRole('combobox', { name: 'Service' }), 'postgres')
    expect(dialog.queryByRole('textbox', { name: 'Allowed hosts' })).toBeNull()
    const entries = { Name: 'Shop', Host: 'db.acme.example', Database: 'shop', 'User name': 'tenon' }
    for (const [name, text] of Object.entries(entries)) await user.type(dialog.getByRole('textbox', { name }), text)
    await user.type(dialog.getByLabelText('Password'), 'canary-password')
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await screen.findByRole('list', { name: 'Connections' })
    const values = {
      host: 'db.acme.example',
      port: '5432',
      database: 'shop',
      username: 'tenon',
      access: 'read',
      tls: 'verify',
    }
    expect(argsOf(fixture, 'connections.create')).toMatchObject([[{ connector: 'postgres', values }]])
  })

  test('connects again, tests, shows what uses a connection, and deletes it', async () => {
    const { user, fixture, onOpenWorkflow } = show([connectionOf('c1'), OVER])
    await user.click(await screen.findByRole('button', { name: 'Connect Mailer again' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Connect "Mailer" again' }))
    expect(await dialog.findByText(/Set on .* by Ada Obi, and no longer valid/)).toBeTruthy()
    const secret = dialog.getByLabelText('Token')
    expect(document.activeElement).toBe(secret)
    expect(secret.getAttribute('aria-required')).toBe('true')
    expect(dialog.getByRole('button', { name: 'Connect' }).hasAttribute('disabled')).toBe(true)
    await user.type(secret, 'new-token')
    const issues = [{ path: ['secrets', 'token'], code: 'invalid_value', message: 'A header cannot contain these' }]
    fixture.fail('connections.update', new TenonError('REQUEST_INVALID', 'Invalid', { details: { issues } }))
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    expect((await dialog.findByRole('alert')).textContent).toContain('The connection could not be saved')
    // At the field as well, where it is to be corrected.
    expect([secret.getAttribute('aria-invalid'), dialog.getByText('A header cannot contain these').id]).toEqual([
      'true',
      secret.getAttribute('aria-describedby')?.split(' ').at(-1),
    ])
    fixture.fail('connections.update', null)
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    // Only the secret: hosts and values are not bound to it again.
    await waitFor(() =>
      expect(argsOf(fixture, 'connections.update').at(-1)).toEqual(['c-over', { secrets: { token: 'new-token' } }]),
    )
    await screen.findByRole('button', { name: 'Edit Mailer' })

    await user.click(screen.getByRole('button', { name: 'Test Mailer' }))
    expect(await screen.findByText('OK')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Show the workflows that use CRM' }))
    await user.click(await screen.findByRole('button', { name: 'Leads (draft only)' }))
    expect(onOpenWorkflow).toHaveBeenCalledExactlyOnceWith('wf-1')
    await user.keyboard('{Escape}')
    await user.click(screen.getByRole('button', { name: 'Delete CRM' }))
    const confirm = within(screen.getByRole('dialog'))
    expect(await confirm.findByText(/Nodes of these workflows fail from then on: Leads\./)).toBeTruthy()
    await user.click(confirm.getByRole('button', { name: 'Delete' }))
    await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(1))
    expect(argsOf(fixture, 'connections.remove')).toEqual([['c1']])
  })

  test('names the service and the person whose runs use it, and tests only services that can be tested', async () => {
    const sharing = { kind: 'user' } as const
    const values = { username: 'ada' }
    show([connectionOf('c1'), connectionOf('c2', { name: 'Mail', connector: 'basic', sharing, values })])
    expect(await screen.findByText('Bearer token · all workflows · created by Ada Obi')).toBeTruthy()
    expect(screen.getByText(/ · runs that Ada Obi starts · .* · user ada$/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Test CRM' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Test Mail' })).toBeNull()
  })

  test('says which database it is, asks for the password of other values, and tests what was saved', async () => {
    const values = { host: 'db.example', port: '5432', database: 'shop', username: 'wf', access: 'read', tls: 'verify' }
    const secrets = { password: { setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada Obi', isReference: false } }
    const { user, fixture } = show([connectionOf('c1', { connector: 'postgres', values, secrets, allowedHosts: [] })])
    vi.spyOn(fixture.client.connections, 'test').mockResolvedValue({ ok: false, status: null, message: 'No TLS' })
    expect(await screen.findByText('shop on db.example · nodes may read')).toBeTruthy()
    await user.click(await screen.findByRole('button', { name: 'Edit CRM' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Edit CRM' }))
    expect(await dialog.findByText(/Leave it empty to keep it/)).toBeTruthy()
    await user.selectOptions(dialog.getByRole('combobox', { name: 'TLS' }), 'Encrypt without verifying')
    expect(dialog.getByText(/Enter it again: it is kept for the earlier values only/)).toBeTruthy()
    const save = dialog.getByRole('button', { name: 'Save' })
    expect(save.hasAttribute('disabled')).toBe(true)
    await user.type(dialog.getByLabelText('Password'), 'canary')
    await user.click(save)
    expect((await screen.findByRole('status')).textContent).toBe('No TLS')
    expect(screen.getByRole('listitem').textContent).toContain('CRMTest failed')
    expect(fixture.client.connections.test).toHaveBeenCalledExactlyOnceWith('c1')
  })

  test('leaves changes to the owner and admins, and says whom to ask', async () => {
    show([connectionOf('c-mine'), { ...OVER, mayChange: false, owner: { userId: 'u-bo', displayName: 'Bo Lind' } }])
    const [mine, other] = within(await screen.findByRole('list', { name: 'Connections' })).getAllByRole('listitem')
    if (mine === undefined || other === undefined) throw new Error('two connections')
    const actions = (item: HTMLElement) =>
      within(item)
        .getAllByRole('button')
        .map(({ textContent }) => textContent)
    await waitFor(() => expect(actions(mine)).toEqual(['Edit', 'Test', 'Uses', 'Delete']))
    expect(actions(other)).toEqual(['Test', 'Uses'])
    expect(within(other).getByText('Only Bo Lind and admins can connect it again.')).toBeTruthy()
  })

  test('says why the list cannot be loaded, and tries again', async () => {
    const fixture = createFixtureClient({ connections: [connectionOf('c1')] })
    fixture.fail('connections.list', new TenonError('INTERNAL', 'Not now'))
    const { user } = renderPart(<ConnectionsManager client={fixture.client} />)
    expect((await screen.findByRole('alert')).textContent).toContain('The connections could not be loaded')
    fixture.fail('connections.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('button', { name: 'Edit CRM' })).toBeTruthy()
  })
})

test('a viewer reads a sentence in place of the list', async () => {
  const fixture = createFixtureClient({ connections: [connectionOf('c1')] })
  fixture.fail('connections.list', new TenonError('FORBIDDEN', 'Ask an admin'))
  renderPart(<ConnectionsManager client={fixture.client} />)
  expect(await screen.findByText('Only editors and admins see connections.')).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
})

test('ConnectionButton connects an account of one service', async () => {
  const fixture = createFixtureClient()
  const onConnected = vi.fn()
  const { user } = renderPart(
    <ConnectionButton client={fixture.client} connector="basic" onConnected={onConnected}>
      Connect your mail
    </ConnectionButton>,
  )
  await user.click(screen.getByRole('button', { name: 'Connect your mail' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'New connection' }))
  await user.type(await dialog.findByRole('textbox', { name: 'Name' }), 'Mail')
  await user.type(dialog.getByRole('textbox', { name: 'User name' }), 'ada')
  await user.type(dialog.getByLabelText('Password'), 'canary')
  await user.type(dialog.getByRole('textbox', { name: 'Allowed hosts' }), 'mail.example')
  await user.click(dialog.getByRole('button', { name: 'Connect' }))
  await waitFor(() => expect(onConnected).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name: 'Mail' })))
})

describe('connections by OAuth', () => {
  test('open a window of the service, and take its answer from the origin of the API only', async () => {
    const fixture = createFixtureClient()
    const page = { closed: false, close: vi.fn(), location: { href: '' } }
    vi.spyOn(window, 'open').mockReturnValue(page as never)
    const onConnected = vi.fn()
    const { user } = renderPart(
      <ConnectionButton client={fixture.client} connector="drive" onConnected={onConnected} />,
    )
    await user.click(screen.getByRole('button', { name: 'New connection' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'New connection' }))
    await user.type(await dialog.findByRole('textbox', { name: 'Name' }), 'My drive')
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await waitFor(() => expect(page.location.href).toBe('https://service.example/authorize?state=c1'))
    const origin = new URL(fixture.client.sockets.collabUrl.replace(/^ws/, 'http'), location.href).origin
    const send = (from: string, data: object, source: unknown = page) => {
      const message = new MessageEvent('message', { origin: from, data: { source: 'tenon-oauth', ...data } })
      Object.defineProperty(message, 'source', { value: source })
      act(() => void window.dispatchEvent(message))
    }
    send('https://attacker.example', { code: 'forged', state: 's' })
    send(origin, { code: 'forged', state: 's' }, window)
    send(origin, { code: null, state: null, error: 'access_denied' })
    expect((await dialog.findByRole('alert')).textContent).toContain('Access was not allowed')
    page.location.href = ''
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await waitFor(() => expect(page.location.href).not.toBe(''))
    send(origin, { code: 'code-1', state: 'state-1' })
    await waitFor(() =>
      expect(onConnected).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ status: 'connected' })),
    )
    expect(argsOf(fixture, 'connections.create')).toHaveLength(1)
    expect(argsOf(fixture, 'connections.finishAuthorization')).toEqual([['c1', { code: 'code-1', state: 'state-1' }]])
  })

  test('say that the window was refused or closed', async () => {
    const over = connectionOf('c9', { connector: 'drive', status: 'needs_reauth', allowedHosts: [] })
    const open = vi.spyOn(window, 'open').mockReturnValue(null)
    const { user } = show([over])
    await user.click(await screen.findByRole('button', { name: 'Connect CRM again' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Connect "CRM" again' }))
    await user.click(await dialog.findByRole('button', { name: 'Connect' }))
    expect((await dialog.findByRole('alert')).textContent).toContain('refused to open')
    open.mockReturnValue({ closed: true, close: () => undefined, location: { href: '' } } as never)
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await waitFor(() => expect(dialog.getByRole('alert').textContent).toContain('was closed'))
  })
})

describe('picker of a connection', () => {
  const [first] = SMALL_MANIFEST.nodes
  const manifest: NodeManifest = {
    ...SMALL_MANIFEST,
    nodes: [
      ...SMALL_MANIFEST.nodes,
      {
        ...(first as NodeManifest['nodes'][number]),
        ...{ type: 'call', title: 'Call', control: undefined as never },
        params: {
          type: 'object',
          properties: {
            connection: {
              ...{ type: 'string', title: 'Connection', control: 'connection', literal: true, connectsTo: 'http' },
            },
            channel: { type: 'string', title: 'Channel', control: 'lookup', lookup: 'channels' },
          },
        },
      },
    ],
  }
  function pick(connection: string, data: FixtureData) {
    const fixture = createFixtureClient(data)
    const edited = workflow([node('call', 'call', { connection }, { name: 'Call' })], [])
    const view = renderInspector({ document: edited, nodeId: 'call', client: fixture.client })
    act(() => view.session.store.setState({ manifest: createManifestIndex(manifest) }))
    return { ...view, fixture, chosen: () => view.nodeOf('call')?.params.connection }
  }

  test('chooses one that fits, creates one, and connects one again', async () => {
    const database = connectionOf('c-db', { name: 'Shop', connector: 'postgres' })
    const { user, chosen } = pick('', { connections: [connectionOf('c1'), OVER, database] })
    const field = await screen.findByRole('combobox', { name: 'Connection' })
    // Two accounts may have the same name.
    await user.selectOptions(field, await screen.findByRole('option', { name: 'CRM · Bearer token · Ada Obi' }))
    expect(chosen()).toBe('c1')
    expect(screen.queryByRole('option', { name: /^Shop/ })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'New connection' }))
    const created = within(await screen.findByRole('dialog', { name: 'New connection' }))
    const services = (await created.findByRole('combobox', { name: 'Service' })).textContent
    expect([services?.includes('Bearer token'), services?.includes('Postgres')]).toEqual([true, false])
    await user.click(created.getByRole('button', { name: 'Cancel' }))
    await user.selectOptions(field, screen.getByRole('option', { name: /^Mailer · / }))
    await user.click(await screen.findByRole('button', { name: 'Connect again' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Connect "Mailer" again' }))
    await user.type(await dialog.findByLabelText('Token'), 'new-token')
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Connect again' })).toBeNull())
    expect(chosen()).toBe('c-over')
    await user.selectOptions(field, 'None')
    expect(chosen()).toBeUndefined()
  })

  test('fills a field from a list of its service', async () => {
    const { user, fixture, nodeOf } = pick('c1', { connections: [connectionOf('c1')] })
    await user.click(await screen.findByRole('button', { name: 'Choose from Bearer token' }))
    const search = await screen.findByRole('combobox', { name: 'Search' })
    await user.type(search, 'fin')
    await waitFor(() => expect(screen.getAllByRole('option', { name: /^#/ })).toHaveLength(1))
    await user.click(screen.getByRole('option', { name: /finance.*private/ }))
    await waitFor(() => expect(nodeOf('call')?.params.channel).toBe('C2'))
    expect(argsOf(fixture, 'connections.lookUp')).toEqual([
      ['c1', 'channels', {}],
      ['c1', 'channels', { search: 'fin' }],
    ])
  })

  test('asks for a connection before it can list anything', async () => {
    pick('', { connections: [connectionOf('c1')] })
    await screen.findByText('Choose a connection first, or enter the value.')
    expect(screen.queryByRole('button', { name: /Choose from/ })).toBeNull()
  })

  test('says who can connect one again that the reader may not change', async () => {
    const other = { ...OVER, mayChange: false, owner: { userId: 'u-bo', displayName: 'Bo Lind' } }
    pick('c-over', { connections: [other] })
    expect((await screen.findByRole('alert')).textContent).toContain('Only Bo Lind and admins can connect it again.')
    expect(screen.queryByRole('button', { name: 'Connect again' })).toBeNull()
  })

  test('says that the chosen one does not exist', async () => {
    pick('c-gone', { connections: [connectionOf('c1')] })
    expect((await screen.findByRole('alert')).textContent).toContain('does not exist')
  })
})
