// @vitest-environment jsdom
import { FILE_SCHEMA, type FileRef, type JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { FilesContext } from '../../contexts/files-context.ts'
import { RunForm } from '../form/run-form.tsx'
import { sizeWords } from './file-words.ts'
import { ValueFiles } from './value-files.tsx'

const TAKES_FILE: JsonSchema = {
  type: 'object',
  properties: { invoice: FILE_SCHEMA as never },
  required: ['invoice'],
}

const ORDERS: FileRef = { file: `fil_${'0'.repeat(31)}1`, name: 'orders.csv', type: 'text/csv', size: 5 }
const PICTURE: FileRef = { file: `fil_${'0'.repeat(31)}2`, name: 'a.png', type: 'image/png', size: 2_000_000 }

function showForm(upload?: ReturnType<typeof createFixtureClient>['client']['files']['upload']) {
  const { client } = createFixtureClient()
  const files = upload === undefined ? client.files : { ...client.files, upload }
  const onSubmit = vi.fn(async () => {})
  const shown = renderPart(
    <FilesContext.Provider value={files}>
      <RunForm schema={TAKES_FILE} onSubmit={onSubmit} />
    </FilesContext.Provider>,
  )
  const choose = async (file: File) => {
    await screen.findByRole('button', { name: 'Invoice Choose a file' })
    const input = document.querySelector<HTMLInputElement>('input[type=file]')
    if (input === null) throw new RangeError('there is a picker')
    await shown.user.upload(input, file)
  }
  return { ...shown, onSubmit, choose }
}

const csv = () => new File(['a,b'], 'orders.csv', { type: 'text/csv' })

describe('a field for a file', () => {
  test('uploads the file that is chosen, shows it, and passes its reference on', async () => {
    const { user, onSubmit, choose } = showForm()
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(screen.getByText('Enter a value.')).toBeDefined()
    await choose(csv())
    expect(await screen.findByText('3 bytes · application/octet-stream')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Remove orders.csv' }))
    fireEvent.drop(screen.getByText('Or drop it here'), { dataTransfer: { files: [csv()] } })
    await screen.findByRole('button', { name: 'Remove orders.csv' })
    await user.click(screen.getByRole('button', { name: 'Run' }))
    const invoice = {
      file: `fil_${'3'.padStart(32, '0')}`,
      name: 'orders.csv',
      type: 'application/octet-stream',
      size: 3,
    }
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ invoice })
  })

  test('shows the progress, sends nothing meanwhile, and can be canceled', async () => {
    const seen: AbortSignal[] = []
    const { user, onSubmit, choose } = showForm((_content, _file, options) => {
      if (options?.abortSignal !== undefined) seen.push(options.abortSignal)
      options?.onProgress?.(1, 4)
      return new Promise((_resolve, reject) => {
        options?.abortSignal?.addEventListener('abort', () => reject(options.abortSignal?.reason))
      })
    })
    await choose(csv())
    expect((await screen.findByRole('progressbar', { name: 'Progress of the upload' })).getAttribute('value')).toBe(
      '0.25',
    )
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).not.toHaveBeenCalled()
    await user.click(screen.getByRole('button', { name: 'Cancel upload' }))
    expect(seen.map(({ aborted }) => aborted)).toEqual([true])
    await screen.findByRole('button', { name: 'Invoice Choose a file' })
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('says why a file was refused', async () => {
    const { choose } = showForm(async () => {
      throw new TenonError('FILE_TOO_LARGE', 'The file is larger than 2 bytes')
    })
    await choose(csv())
    expect((await screen.findByRole('alert')).textContent).toContain('The file is larger than 2 bytes')
  })
})

describe('the files of a value', () => {
  test('are listed once each; texts and pictures are shown', async () => {
    const { client, calls } = createFixtureClient({ files: new Map([[ORDERS.file, 'id\n1']]) })
    const { user } = renderPart(
      <FilesContext.Provider value={client.files}>
        <ValueFiles value={{ a: [ORDERS, ORDERS], b: PICTURE }} />
      </FilesContext.Provider>,
    )
    const list = await screen.findByRole('list', { name: 'Files' })
    expect(list.querySelectorAll('li')).toHaveLength(2)
    await user.click(screen.getByRole('button', { name: 'Show orders.csv' }))
    expect((await screen.findByRole('region', { name: 'Content of orders.csv' })).textContent).toBe('id\n1')
    await user.click(screen.getByRole('button', { name: 'Show a.png' }))
    const picture = await screen.findByRole('img', { name: 'Content of a.png' })
    expect(picture.getAttribute('src')).toBe(`https://tenon.example/file-content/${PICTURE.file}?inline=true`)
    fireEvent.error(picture)
    await waitFor(() => expect(screen.getByText('The file cannot be shown here. Download it instead.')).toBeDefined())
    expect(calls.map(({ name }) => name)).toEqual(['files.download', 'files.link'])
  })

  test('are not listed where there are none', () => {
    const { client } = createFixtureClient()
    const { container } = renderPart(
      <FilesContext.Provider value={client.files}>
        <ValueFiles value={{ a: 1 }} />
      </FilesContext.Provider>,
    )
    expect(container.querySelector('.tn-files')).toBeNull()
  })
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [1_250_000, '1.3 MB'],
  [3e12, '3,000 GB'],
])('sizeWords: %i', (bytes, words) => {
  expect(sizeWords(bytes, 'en')).toBe(words)
})
