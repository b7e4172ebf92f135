import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { jsonOf, jsonParam } from '../kit/json-param.ts'
import { requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type OAuthOptions } from '../kit/service-options.ts'
import { googleAuth } from './google-auth.ts'
import { polledRow, pollRows } from './google-sheets-poll.ts'

const cell = z.union([z.string(), z.number(), z.boolean()])
const updated = z.object({ updatedRange: z.string(), updatedRows: z.number().int().default(0) })

/**
 * Google Sheets, by an OAuth client of the host with the scope `spreadsheets`. People connect their accounts in a window of
 * Google.
 */
export function googleSheets(options: OAuthOptions): Connector {
  const { apiUrl, host } = apiOf('google-sheets', options.apiUrl ?? 'https://sheets.googleapis.com')
  const service: Service = {
    ...{ id: 'google-sheets', title: 'Google Sheets', apiUrl },
    icon: 'M6 3.5h8l4 4v13H6zM9 11h6v6H9zM9 14h6M12 11v6',
  }
  const action = actionsOf(service)
  const spreadsheet = requiredText('Spreadsheet', { description: 'Its id, from the address of the page.' }, 200)
  const range = requiredText('Range', { placeholder: 'Orders!A1:D' }, 400)
  const values = jsonParam('Rows', { placeholder: '[["Ada", 7], ["Bo", {{input.total}}]]' })
  // Formulas and dates are read as if a person typed them.
  const query = { valueInputOption: 'USER_ENTERED' }
  return defineConnector({
    ...{ id: 'google-sheets', title: 'Google Sheets', allowedHosts: [host] },
    auth: googleAuth(options, ['https://www.googleapis.com/auth/spreadsheets']),
    // Of 60 in a minute for a person.
    rateLimit: { perSecond: 0.9, burst: 10 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-row', title: 'New Google Sheets row', description: 'Begin with a row' },
        params: {
          spreadsheet: requiredText(
            'Spreadsheet',
            { description: 'Its id, from the address of the page.', literal: true },
            200,
          ),
          sheet: requiredText(
            'Sheet',
            { description: 'Its first row has the names of the columns.', placeholder: 'Sheet1', literal: true },
            200,
          ),
        },
        item: polledRow,
        summary: 'Starts at a new row of {sheet}',
        poll: pollRows,
      }),
      action({
        ...{ name: 'read-rows', title: 'Read Google Sheets rows', description: 'Cells of a range', effect: 'read' },
        params: { spreadsheet, range },
        output: z.object({ range: z.string(), values: z.array(z.array(cell)).default([]) }),
        summary: 'Reads {range}',
        run: ({ params, call }) =>
          call({
            path: pathOf`/v4/spreadsheets/${params.spreadsheet}/values/${params.range}`,
            query: { valueRenderOption: 'UNFORMATTED_VALUE', dateTimeRenderOption: 'FORMATTED_STRING' },
          }),
      }),
      action({
        ...{
          name: 'append-rows',
          title: 'Append Google Sheets rows',
          description: 'Add below a table',
          effect: 'write',
        },
        params: { spreadsheet, range, rows: values },
        output: updated,
        summary: 'Adds rows to {range}',
        run: async ({ params, call }) => {
          const path = `${pathOf`/v4/spreadsheets/${params.spreadsheet}/values/${params.range}`}:append`
          const json = { values: rowsOf(params.rows) }
          const body = await call({ method: 'POST', path, query: { ...query, insertDataOption: 'INSERT_ROWS' }, json })
          return z.object({ updates: updated }).parse(body).updates
        },
      }),
      action({
        ...{ name: 'update-rows', title: 'Update Google Sheets rows', description: 'Replace cells' },
        ...{ effect: 'write', isIdempotent: true },
        params: { spreadsheet, range, rows: values },
        output: updated,
        summary: 'Replaces {range}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'PUT', path: pathOf`/v4/spreadsheets/${params.spreadsheet}/values/${params.range}`, query },
            json: { values: rowsOf(params.rows) },
          }),
      }),
    ],
  })
}

/** @throws {@link TenonError} `NODE_PARAMS_INVALID` unless it is a list of rows, each a list of cells. */
function rowsOf(value: unknown): readonly (readonly Json[])[] {
  const read = z.array(z.array(cell.nullable())).safeParse(jsonOf(value, 'rows'), { jitless: true })
  if (read.success) return read.data
  throw new TenonError('NODE_PARAMS_INVALID', 'The param "rows" is invalid', {
    details: { issues: [{ path: ['rows'], code: 'invalid', message: 'Write a list of rows: [["Ada", 7]]' }] },
  })
}
