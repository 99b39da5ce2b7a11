import { allFields, formsOf, isShown } from '#model/form.ts';
import { CONTAINER_SERVICE_SLUG, DIRECTOR_SLUG } from '#model/product.ts';
import { isBlank } from '#model/property-value.ts';
import type { CheckFacts } from './product-fault.ts';
import { isSame } from './same-value.ts';

/** References that this version acts on, by product; all others are kept for clients and for later, and are named when somebody sets them. */
const EFFECTIVE: Record<string, RegExp> = {
  [DIRECTOR_SLUG]:
    /^(\.properties\.(iaas_selector|availability_zones|networks|vm_types|resurrector_enabled|post_deploy_enabled|handlers|hm_(pager_duty|emailer)_options(\.enabled\..+)?|syslog_configuration(\.enabled\.(address|port|tls_enabled|permitted_peer|ssl_ca_certificate))?)|network_and_azs\..+)$/,
  [CONTAINER_SERVICE_SLUG]:
    /^(\.pivotal-container-service\.pks_tls|\.properties\.(pks_api_hostname|cloud_provider|uaa|uaa_pks_\w+_lifetime|network_selector(\.flannel\..+)?|plan\d+_selector(\.active\.(name|description|master_instances|master_vm_type|master_persistent_disk_type|master_az_placement|max_worker_instances|worker_instances|worker_vm_type|worker_az_placement|allow_privileged_containers|addons_spec))?)|(network_and_azs|errands|resource_config)\..+)$/,
};
const SHOWN_MAX = 8;

/** One warning that names the settings that were changed and do nothing in this version; none when there are none. Pure. */
export function warningsOfEffect(facts: CheckFacts): string[] {
  const effective = EFFECTIVE[facts.metadata.name];
  if (!effective) return [];
  const labels = formsOf(facts.metadata).flatMap((form) =>
    allFields(form)
      .filter((field) => !effective.test(field.reference) && isShown(field, facts.values))
      .filter((field) => {
        const value = facts.values[field.reference];
        return !isBlank(value) && !isSame(value, field.blueprint.default);
      })
      .map((field) => `${field.label} (${form.label})`),
  );
  if (labels.length === 0) return [];
  const more = labels.length > SHOWN_MAX ? ` and ${labels.length - SHOWN_MAX} more` : '';
  return [`Kept, but without effect in this version: ${labels.slice(0, SHOWN_MAX).join(', ')}${more}.`];
}
