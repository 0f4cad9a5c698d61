/** Sites and deployments as the API shows them. */
import { addressOf, isoOf, liveOf, type Deploy, type NetlifyState, type Site } from "./state.ts";

/** Production is what is neither a draft nor of a branch. */
export function contextOf({ draft, branch }: Deploy): "production" | "deploy-preview" | "branch-deploy" {
  if (draft) return "deploy-preview";
  return branch === null ? "production" : "branch-deploy";
}

/** A branch's name as a label of its address. */
export const labelOf = (branch: string): string => branch.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/** A deployment. */
export function deployView(state: NetlifyState, deploy: Deploy): Record<string, unknown> {
  const site = state.sites.get(deploy.siteId)!;
  const label = deploy.draft || deploy.branch === null ? deploy.id : labelOf(deploy.branch);
  // Until the files have been compared it says that nothing is missing.
  const missing = (part: keyof Deploy["missing"]) => (deploy.state === "preparing" ? [] : [...deploy.missing[part]]);
  const named = (part: keyof Deploy["missing"]) => (deploy.parts[part].size === 0 ? null : missing(part));
  return {
    id: deploy.id,
    site_id: deploy.siteId,
    build_id: deploy.buildId,
    state: deploy.state,
    name: site.name,
    url: urlOf(state, site, "http"),
    ssl_url: urlOf(state, site, "https"),
    admin_url: adminUrl(site),
    deploy_url: addressOf(state, `${label}--${site.name}`, "http"),
    deploy_ssl_url: addressOf(state, `${label}--${site.name}`, "https"),
    draft: deploy.draft,
    context: contextOf(deploy),
    branch: deploy.branch,
    title: deploy.title,
    commit_ref: deploy.commitRef,
    commit_url: null,
    review_id: null,
    review_url: null,
    error_message: deploy.errorMessage,
    required: missing("files"),
    required_functions: named("functions"),
    required_edge_functions: named("edge_functions"),
    required_server: named("server"),
    framework: deploy.framework,
    function_schedules: deploy.schedules,
    functions_region: null,
    locked: deploy.locked,
    skipped: null,
    created_at: isoOf(deploy.createdAt),
    updated_at: isoOf(deploy.updatedAt),
    published_at: deploy.publishedAt === null ? null : isoOf(deploy.publishedAt),
  };
}

/** A site; its password is not shown. */
export function siteView(state: NetlifyState, site: Site): Record<string, unknown> {
  const team = state.teams.get(site.teamId)!;
  const live = liveOf(state, site);
  const { password, ...settings } = site.settings;
  return {
    custom_domain: null,
    domain_aliases: [],
    branch_deploy_custom_domain: null,
    deploy_preview_custom_domain: null,
    notification_email: null,
    force_ssl: false,
    processing_settings: { html: { pretty_urls: true } },
    prerender: null,
    functions_region: "us-east-2",
    prevent_non_git_prod_deploys: false,
    ...settings,
    has_password: Boolean(password),
    id: site.id,
    state: "current",
    plan: "nf_team_dev",
    name: site.name,
    url: urlOf(state, site, "http"),
    ssl_url: urlOf(state, site, "https"),
    admin_url: adminUrl(site),
    deploy_url: live ? deployView(state, live)["deploy_url"] : null,
    account_id: team.id,
    account_slug: team.slug,
    account_name: team.slug,
    created_at: isoOf(site.createdAt),
    updated_at: isoOf(live?.publishedAt ?? site.createdAt),
    ssl: site.certificate?.state === "issued",
    managed_dns: [...state.zones.values()].some(({ siteId }) => siteId === site.id),
    published_deploy: live ? deployView(state, live) : null,
    build_settings: site.build,
    capabilities: {},
    deploy_hook: null,
    disabled: site.disabled,
    id_domain: `${site.id}.netlify.app`,
    use_envelope: true,
  };
}

function urlOf(state: NetlifyState, site: Site, scheme: "http" | "https"): string {
  return addressOf(state, site.settings.custom_domain ?? site.name, scheme);
}

const adminUrl = ({ name }: Site): string => `https://app.netlify.com/projects/${name}`;
