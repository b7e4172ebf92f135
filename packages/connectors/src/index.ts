export { type Action, type ActionContext, actionsOf, type DefineAction } from './kit/define-action.ts'
export { lookupOf } from './kit/lookups.ts'
export { pathOf } from './kit/path-of.ts'
export { type Page, readPages } from './kit/read-pages.ts'
export type { CallService, QueryValue, Service, ServiceRequest } from './kit/service.ts'
export type { OAuthOptions, ServiceOptions, TokenOrOAuthOptions } from './kit/service-options.ts'
export { type WebhookTrigger, webhookTrigger } from './kit/webhook-trigger.ts'
export { type HostApi, type HostApiCaller, type HostApiOptions, hostApi } from './openapi/host-api.ts'
export {
  type ImportedOpenApi,
  importOpenApi,
  type OpenApiOperation,
  type OpenApiOptions,
} from './openapi/import-openapi.ts'
export type { OpenApiClient } from './openapi/security.ts'
export { airtable } from './services/airtable.ts'
export { github } from './services/github.ts'
export { gmail } from './services/gmail.ts'
export { googleSheets } from './services/google-sheets.ts'
export { hubspot } from './services/hubspot.ts'
export { jira } from './services/jira.ts'
export { microsoftMail } from './services/microsoft-mail.ts'
export { notion } from './services/notion.ts'
export { type SalesforceOptions, salesforce } from './services/salesforce.ts'
export { slack } from './services/slack.ts'
export { stripe } from './services/stripe.ts'
export { twilio } from './services/twilio.ts'
export { zendesk } from './services/zendesk.ts'
