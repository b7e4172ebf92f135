import { ROUTES } from '@tenon/core/api'
import { formErrorPage } from '../forms/form-error-page.ts'
import { admitForm, sendForm, showForm } from '../forms/receive-form.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'

/** Common part of both: a person in front of a browser sends them. */
const PAGE = {
  admit: (server, { token = '' }) => admitForm(server, token),
  errorPage: formErrorPage,
} satisfies Partial<RouteImplementation>

export const formHandlers: readonly RouteImplementation[] = [
  { ...implementRoute(ROUTES.showForm, ({ server, params }) => showForm(server, params.token)), ...PAGE },
  {
    ...implementRoute(ROUTES.sendForm, ({ server, params, headers, body, abortSignal }) =>
      sendForm(server, params.token, { headers, bytes: body, abortSignal }),
    ),
    ...PAGE,
  },
]
