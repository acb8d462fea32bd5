// The main job by the TypeScript types that the schema makes: `node main_job.js ADDRESS TOKEN`.
// `tsc --strict` reads it: what the schema leaves open would need a cast here.

import assert from "node:assert/strict"
import createClient from "openapi-fetch"
import type { components, paths } from "./schema.js"

type Schemas = components["schemas"]
type Answer<T> = { data?: T; error?: Schemas["Problem"]; response: Response }

const [address = "", token = ""] = process.argv.slice(2)
const client = createClient<paths>({
  baseUrl: address,
  headers: { Authorization: `Bearer ${token}` },
})

function good<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) throw new Error(`${response.status}: ${error?.detail}`)
  return data
}

function header(response: Response, name: string): string {
  const value = response.headers.get(name)
  assert(value !== null, name)
  return value
}

async function persona(product: string, name: string, kind: Schemas["PersonaKind"]) {
  const headcount = kind === "end_user" ? 500 : null
  const body = { name, kind, headcount }
  return good(await client.POST("/api/v1/personas/", { params: { query: { product } }, body }))
}

async function requirement(product: string, title: string) {
  const body = { title, effort: 5, tags: ["first"] }
  return good(await client.POST("/api/v1/requirements/", { params: { query: { product } }, body }))
}

const made = await client.POST("/api/v1/products/", {
  params: { header: { "Idempotency-Key": "rota" } },
  body: { name: "Rota", capacity: 20 },
})
const product = good(made)
const path = { key: product.key }
const nurse = await persona(product.key, "Nurse", "end_user")
const hospital = await persona(product.key, "Hospital", "procurer")
good(
  await client.POST("/api/v1/adoption-readings/", {
    params: { query: { persona: nurse.id } },
    body: { observed_on: "2026-11-01", installed: 500, active: 100 },
  }),
)
const swap = await requirement(product.key, "Swap shifts")
const sso = await requirement(product.key, "Single sign-on")
const recorded = await client.POST("/api/v1/products/{key}/ratings/", {
  params: { path },
  body: [
    { requirement: swap.id, persona: nurse.id, value: 5, basis: "seen" },
    { requirement: swap.id, persona: hospital.id, value: 1 },
    { requirement: sso.id, persona: nurse.id, value: -2, basis: "seen" },
    { requirement: sso.id, persona: hospital.id, value: 5, basis: "seen" },
  ],
})
assert.equal(good(recorded).recorded, 4)

const after = Number(header(recorded.response, "Userward-Change"))
const ranking = good(
  await client.GET("/api/v1/products/{key}/ranking/", { params: { path, query: { after } } }),
)
assert(!ranking.stale)
const [first, second] = ranking.results
assert(first && second && first.score !== null && second.score !== null)
assert.equal(first.requirement.title, "Swap shifts")
assert(first.score > second.score)
assert(second.flags.includes("conflict"))

async function plan(version: string) {
  return client.PATCH("/api/v1/requirements/{id}/", {
    params: { path: { id: swap.id }, header: { "If-Match": version } },
    body: { status: "planned" },
  })
}

const changed = await plan(`"${swap.version}"`)
assert.equal(good(changed).status, "planned")
const stale = await plan(`"${swap.version}"`)
assert.equal(stale.response.status, 412)
assert.equal(header(stale.response, "ETag"), header(changed.response, "ETag"))
// @ts-expect-error a status is one of five: tsc would complain of none to expect
const wrong: Schemas["PatchedRequirementRequest"] = { status: "shiped" }
assert(wrong)

const gone = await client.DELETE("/api/v1/products/{key}/", {
  params: { path, header: { "If-Match": header(made.response, "ETag") } },
})
assert.equal(gone.response.status, 204)
