#!/usr/bin/env python3
"""Makes kubernetes.types, the table of Kubernetes' built-in types, from published OpenAPI documents.

    kubernetes_types.py VERSION=FILE ... > kubernetes.types
    kubernetes_types.py --check kubernetes.types VERSION=FILE ...    # 1 and a list when the table differs

Each FILE describes one release: an OpenAPI v2 document ("swagger.json", plain or gzip), as Kubernetes publishes it in
api/openapi-spec, or the bundle of definitions that kustomize carries (kyaml/openapi/kubernetesapi/data/*.json.gz). The
oldest comes first. The table in this directory was made from

    1.21  kustomize 5.8's bundle of Kubernetes 1.21.2 (its merge keys are the ones kustomize applies)
    1.30  Kubernetes 1.30.1    1.33  Kubernetes 1.33.1    1.35  Kubernetes 1.35.0    1.36  Kubernetes 1.36.2

so `since:` and `until:` have that resolution: `since:1.33` is "in 1.33, not in 1.30". To take in a release, add its
document to the command and look at the difference.

Which release deprecated a kind, and which stopped serving it, is in the Go modules k8s.io/api, k8s.io/apiextensions-apiserver
and k8s.io/kube-aggregator, here v0.36.3, in their files zz_generated.prerelease-lifecycle.go:
    kubernetes_types.py --lives DIRECTORY …    # prints these rows alone; with documents, --lives=DIRECTORY before them

What neither says is written below by hand: VALUES (defaults, enumerations, ranges, immutability) and LIVES (kinds that a
release deprecated or stopped serving). Their sources: the descriptions of the fields in the same documents
(an enumeration whose words are not all in the description is refused, unless marked `!`), the answers of a 1.36 API
server to objects without the field, its warnings, and Kubernetes' guide to deprecated APIs.
"""

import gzip
import json
import pathlib
import re
import sys

# GROUP.TYPE.FIELD ATTRIBUTES. A `!` before enum: the words are not all in the description of the field.
VALUES = """
# Workloads: descriptions ("Defaults to 1", "Can be "RollingUpdate" or "OnDelete""), and what a server adds.
apps/v1.DeploymentSpec.replicas =1
apps/v1.DeploymentSpec.revisionHistoryLimit =10
apps/v1.DeploymentSpec.progressDeadlineSeconds =600
apps/v1.DeploymentSpec.selector immutable
apps/v1.DeploymentStrategy.type enum:Recreate|RollingUpdate =RollingUpdate
apps/v1.RollingUpdateDeployment.maxSurge =25%
apps/v1.RollingUpdateDeployment.maxUnavailable =25%
apps/v1.ReplicaSetSpec.replicas =1
apps/v1.ReplicaSetSpec.selector immutable
apps/v1.DaemonSetSpec.revisionHistoryLimit =10
apps/v1.DaemonSetSpec.selector immutable
apps/v1.DaemonSetUpdateStrategy.type enum:RollingUpdate|OnDelete =RollingUpdate
apps/v1.RollingUpdateDaemonSet.maxSurge =0
apps/v1.RollingUpdateDaemonSet.maxUnavailable =1
apps/v1.StatefulSetSpec.replicas =1
apps/v1.StatefulSetSpec.revisionHistoryLimit =10
apps/v1.StatefulSetSpec.podManagementPolicy !enum:OrderedReady|Parallel =OrderedReady immutable
apps/v1.StatefulSetSpec.selector immutable
apps/v1.StatefulSetSpec.serviceName immutable
apps/v1.StatefulSetSpec.volumeClaimTemplates immutable
apps/v1.StatefulSetUpdateStrategy.type !enum:RollingUpdate|OnDelete =RollingUpdate
apps/v1.RollingUpdateStatefulSetStrategy.partition =0
apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted !enum:Retain|Delete =Retain
apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled !enum:Retain|Delete =Retain
v1.ReplicationControllerSpec.replicas =1
batch/v1.JobSpec.completionMode enum:NonIndexed|Indexed =NonIndexed immutable
batch/v1.JobSpec.backoffLimit =6
batch/v1.JobSpec.completions =1
batch/v1.JobSpec.parallelism =1
batch/v1.JobSpec.suspend =false
batch/v1.JobSpec.manualSelector =false
batch/v1.JobSpec.selector immutable
batch/v1.JobSpec.template immutable
batch/v1.JobSpec.podReplacementPolicy enum:TerminatingOrFailed|Failed
batch/v1.CronJobSpec.concurrencyPolicy enum:Allow|Forbid|Replace =Allow
batch/v1.CronJobSpec.successfulJobsHistoryLimit =3
batch/v1.CronJobSpec.failedJobsHistoryLimit =1
batch/v1.CronJobSpec.suspend =false
batch/v1.PodFailurePolicyRule.action enum:FailJob|FailIndex|Ignore|Count
batch/v1.PodFailurePolicyOnExitCodesRequirement.operator enum:In|NotIn
# Forms: what the descriptions call DNS_LABEL, IANA_SVC_NAME, qualified names, keys of data.
meta/v1.ObjectMeta.labels form:labels
meta/v1.ObjectMeta.annotations form:annotations
meta/v1.LabelSelector.matchLabels form:labels
v1.PodSpec.nodeSelector form:labels
v1.ServiceSpec.selector form:labels
v1.Container.name form:label
v1.Volume.name form:label
v1.ServicePort.name form:label
v1.ContainerPort.name form:port
v1.ConfigMap.data form:keys
v1.ConfigMap.binaryData form:keys
v1.Secret.data form:keys
v1.Secret.stringData form:keys
# Pods.
v1.PodSpec.restartPolicy enum:Always|OnFailure|Never =Always
v1.PodSpec.dnsPolicy enum:ClusterFirstWithHostNet|ClusterFirst|Default|None =ClusterFirst
v1.PodSpec.preemptionPolicy enum:Never|PreemptLowerPriority
v1.PodSpec.schedulerName =default-scheduler
v1.PodSpec.terminationGracePeriodSeconds =30
v1.PodSpec.enableServiceLinks =true
v1.PodSpec.hostNetwork =false
v1.PodSpec.hostPID =false
v1.PodSpec.hostIPC =false
v1.PodSpec.serviceAccount deprecated
v1.PodOS.name enum:linux|windows
v1.Container.imagePullPolicy enum:Always|Never|IfNotPresent
v1.Container.terminationMessagePath =/dev/termination-log
v1.Container.terminationMessagePolicy !enum:File|FallbackToLogsOnError =File
v1.Container.stdin =false
v1.Container.stdinOnce =false
v1.Container.tty =false
v1.EphemeralContainer.imagePullPolicy enum:Always|Never|IfNotPresent
v1.EphemeralContainer.terminationMessagePath =/dev/termination-log
v1.EphemeralContainer.terminationMessagePolicy !enum:File|FallbackToLogsOnError =File
v1.ContainerPort.protocol enum:UDP|TCP|SCTP =TCP
v1.ContainerPort.containerPort range:1..65535
v1.ContainerPort.hostPort range:0..65535
v1.ContainerResizePolicy.restartPolicy !enum:NotRequired|RestartContainer =NotRequired
v1.HTTPGetAction.scheme !enum:HTTP|HTTPS =HTTP
v1.Probe.failureThreshold =3
v1.Probe.periodSeconds =10
v1.Probe.successThreshold =1
v1.Probe.timeoutSeconds =1
v1.GRPCAction.service =""
v1.ObjectFieldSelector.apiVersion =v1
v1.ResourceFieldSelector.divisor =0
v1.SeccompProfile.type enum:Localhost|RuntimeDefault|Unconfined
v1.AppArmorProfile.type enum:Localhost|RuntimeDefault|Unconfined
v1.SecurityContext.procMount !enum:Default|Unmasked
v1.PodSecurityContext.fsGroupChangePolicy enum:OnRootMismatch|Always
v1.PodSecurityContext.supplementalGroupsPolicy enum:Merge|Strict
v1.PodSecurityContext.seLinuxChangePolicy enum:MountOption|Recursive
v1.Toleration.effect enum:NoSchedule|PreferNoSchedule|NoExecute
v1.Toleration.operator enum:Exists|Equal|Lt|Gt
v1.Taint.effect enum:NoSchedule|PreferNoSchedule|NoExecute
v1.NodeSelectorRequirement.operator enum:In|NotIn|Exists|DoesNotExist|Gt|Lt
v1.ScopedResourceSelectorRequirement.operator enum:In|NotIn|Exists|DoesNotExist
v1.TopologySpreadConstraint.whenUnsatisfiable enum:DoNotSchedule|ScheduleAnyway
v1.TopologySpreadConstraint.nodeAffinityPolicy enum:Honor|Ignore
v1.TopologySpreadConstraint.nodeTaintsPolicy enum:Honor|Ignore
v1.VolumeMount.mountPropagation !enum:None|HostToContainer|Bidirectional
v1.VolumeMount.recursiveReadOnly !enum:Disabled|IfPossible|Enabled
v1.VolumeMount.readOnly =false
v1.PodReadinessGate.conditionType
v1.EmptyDirVolumeSource.medium =""
v1.HostPathVolumeSource.type !enum:|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice =""
v1.SecretVolumeSource.defaultMode =420
v1.ConfigMapVolumeSource.defaultMode =420
v1.DownwardAPIVolumeSource.defaultMode =420
v1.ProjectedVolumeSource.defaultMode =420
v1.ServiceAccountTokenProjection.expirationSeconds =3600
v1.ImageVolumeSource.pullPolicy !enum:Always|Never|IfNotPresent
# Services and addresses.
v1.ServiceSpec.type enum:ExternalName|ClusterIP|NodePort|LoadBalancer =ClusterIP
v1.ServiceSpec.sessionAffinity enum:ClientIP|None =None
v1.ServiceSpec.internalTrafficPolicy enum:Cluster|Local
v1.ServiceSpec.externalTrafficPolicy enum:Cluster|Local
v1.ServiceSpec.ipFamilyPolicy enum:SingleStack|PreferDualStack|RequireDualStack
v1.ServiceSpec.ipFamilies enum:IPv4|IPv6
v1.ServiceSpec.clusterIP immutable
v1.ServicePort.protocol enum:TCP|UDP|SCTP =TCP
v1.ServicePort.port range:1..65535
v1.ServicePort.nodePort range:0..65535
v1.EndpointPort.protocol enum:UDP|TCP|SCTP =TCP
v1.EndpointPort.port range:1..65535
v1.ClientIPConfig.timeoutSeconds =10800
discovery.k8s.io/v1.EndpointPort.protocol enum:UDP|TCP|SCTP =TCP
discovery.k8s.io/v1.EndpointPort.name =""
discovery.k8s.io/v1.EndpointSlice.addressType enum:IPv4|IPv6|FQDN immutable
networking.k8s.io/v1.HTTPIngressPath.pathType enum:Exact|Prefix|ImplementationSpecific
networking.k8s.io/v1.NetworkPolicyPort.protocol enum:TCP|UDP|SCTP =TCP
networking.k8s.io/v1.NetworkPolicySpec.policyTypes enum:Ingress|Egress
networking.k8s.io/v1.IngressClassParametersReference.scope enum:Cluster|Namespace
networking.k8s.io/v1.IngressClassSpec.controller immutable
networking.k8s.io/v1.ServiceBackendPort.number range:1..65535
# Storage and configuration.
v1.PersistentVolumeClaimSpec.accessModes !enum:ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod immutable
v1.PersistentVolumeClaimSpec.volumeMode !enum:Filesystem|Block =Filesystem immutable
v1.PersistentVolumeClaimSpec.storageClassName immutable
v1.PersistentVolumeClaimSpec.volumeName immutable
v1.PersistentVolumeClaimSpec.selector immutable
v1.PersistentVolumeClaimSpec.dataSource immutable
v1.PersistentVolumeClaimSpec.dataSourceRef immutable
v1.PersistentVolumeSpec.accessModes !enum:ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
v1.PersistentVolumeSpec.volumeMode !enum:Filesystem|Block =Filesystem
v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy enum:Retain|Delete|Recycle =Retain
v1.ConfigMap.immutable
v1.Secret.type =Opaque immutable
v1.ResourceQuotaSpec.scopes !enum:Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|CrossNamespacePodAffinity|VolumeAttributesClass
v1.LimitRangeItem.type !enum:Pod|Container|PersistentVolumeClaim
v1.AzureDiskVolumeSource.cachingMode =ReadWrite
v1.AzureDiskVolumeSource.fsType =ext4
v1.AzureDiskVolumeSource.kind =Shared
v1.AzureDiskVolumeSource.readOnly =false
v1.ISCSIVolumeSource.iscsiInterface =default
v1.ISCSIPersistentVolumeSource.iscsiInterface =default
v1.RBDVolumeSource.keyring =/etc/ceph/keyring
v1.RBDVolumeSource.pool =rbd
v1.RBDVolumeSource.user =admin
v1.RBDPersistentVolumeSource.keyring =/etc/ceph/keyring
v1.RBDPersistentVolumeSource.pool =rbd
v1.RBDPersistentVolumeSource.user =admin
v1.ScaleIOVolumeSource.fsType =xfs
v1.ScaleIOVolumeSource.storageMode =ThinProvisioned
v1.ScaleIOPersistentVolumeSource.fsType =xfs
v1.ScaleIOPersistentVolumeSource.storageMode =ThinProvisioned
storage.k8s.io/v1.StorageClass.reclaimPolicy !enum:Retain|Delete|Recycle =Delete immutable
storage.k8s.io/v1.StorageClass.volumeBindingMode !enum:Immediate|WaitForFirstConsumer =Immediate immutable
storage.k8s.io/v1.StorageClass.provisioner immutable
storage.k8s.io/v1.StorageClass.parameters immutable
storage.k8s.io/v1.CSIDriverSpec.fsGroupPolicy !enum:ReadWriteOnceWithFSType|File|None =ReadWriteOnceWithFSType
storage.k8s.io/v1.CSIDriverSpec.volumeLifecycleModes !enum:Persistent|Ephemeral
# Access control and the rest.
rbac.authorization.k8s.io/v1.RoleRef.kind
rbac.authorization.k8s.io/v1.RoleRef.apiGroup =rbac.authorization.k8s.io
rbac.authorization.k8s.io/v1.RoleBinding.roleRef immutable
rbac.authorization.k8s.io/v1.ClusterRoleBinding.roleRef immutable
rbac.authorization.k8s.io/v1.Subject.kind enum:User|Group|ServiceAccount
meta/v1.LabelSelectorRequirement.operator enum:In|NotIn|Exists|DoesNotExist
policy/v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy enum:IfHealthyBudget|AlwaysAllow
scheduling.k8s.io/v1.PriorityClass.preemptionPolicy enum:Never|PreemptLowerPriority =PreemptLowerPriority immutable
scheduling.k8s.io/v1.PriorityClass.value immutable
scheduling.k8s.io/v1.PriorityClass.globalDefault =false
node.k8s.io/v1.RuntimeClass.handler immutable
autoscaling/v1.HorizontalPodAutoscalerSpec.minReplicas =1
autoscaling/v2.HorizontalPodAutoscalerSpec.minReplicas =1
autoscaling/v2.HPAScalingRules.selectPolicy !enum:Max|Min|Disabled
autoscaling/v2.HPAScalingPolicy.type !enum:Pods|Percent
autoscaling/v2.MetricSpec.type enum:ContainerResource|External|Object|Pods|Resource
autoscaling/v2.MetricTarget.type enum:Utilization|Value|AverageValue
admissionregistration.k8s.io/v1.MutatingWebhook.failurePolicy enum:Ignore|Fail =Fail
admissionregistration.k8s.io/v1.MutatingWebhook.matchPolicy enum:Exact|Equivalent =Equivalent
admissionregistration.k8s.io/v1.MutatingWebhook.reinvocationPolicy enum:Never|IfNeeded =Never
admissionregistration.k8s.io/v1.MutatingWebhook.sideEffects enum:None|NoneOnDryRun|Some|Unknown
admissionregistration.k8s.io/v1.MutatingWebhook.timeoutSeconds =10
admissionregistration.k8s.io/v1.MutatingWebhook.namespaceSelector ={}
admissionregistration.k8s.io/v1.MutatingWebhook.objectSelector ={}
admissionregistration.k8s.io/v1.ValidatingWebhook.failurePolicy enum:Ignore|Fail =Fail
admissionregistration.k8s.io/v1.ValidatingWebhook.matchPolicy enum:Exact|Equivalent =Equivalent
admissionregistration.k8s.io/v1.ValidatingWebhook.sideEffects enum:None|NoneOnDryRun|Some|Unknown
admissionregistration.k8s.io/v1.ValidatingWebhook.timeoutSeconds =10
admissionregistration.k8s.io/v1.ValidatingWebhook.namespaceSelector ={}
admissionregistration.k8s.io/v1.ValidatingWebhook.objectSelector ={}
admissionregistration.k8s.io/v1.RuleWithOperations.scope enum:Cluster|Namespaced|* =*
admissionregistration.k8s.io/v1.RuleWithOperations.operations enum:CREATE|UPDATE|DELETE|CONNECT|*
admissionregistration.k8s.io/v1.NamedRuleWithOperations.scope enum:Cluster|Namespaced|* =*
admissionregistration.k8s.io/v1.NamedRuleWithOperations.operations enum:CREATE|UPDATE|DELETE|CONNECT|*
admissionregistration.k8s.io/v1.ServiceReference.port =443
admissionregistration.k8s.io/v1.MatchResources.matchPolicy enum:Exact|Equivalent =Equivalent
admissionregistration.k8s.io/v1.MatchResources.namespaceSelector ={}
admissionregistration.k8s.io/v1.MatchResources.objectSelector ={}
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicySpec.failurePolicy enum:Ignore|Fail =Fail
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyBindingSpec.validationActions enum:Deny|Warn|Audit
apiextensions.k8s.io/v1.CustomResourceDefinitionSpec.scope enum:Cluster|Namespaced immutable
apiextensions.k8s.io/v1.CustomResourceDefinitionSpec.group immutable
apiextensions.k8s.io/v1.CustomResourceConversion.strategy enum:None|Webhook
apiextensions.k8s.io/v1.ServiceReference.port =443
apiregistration.k8s.io/v1.ServiceReference.port =443
flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationSpec.type enum:Exempt|Limited
flowcontrol.apiserver.k8s.io/v1.FlowSchemaSpec.matchingPrecedence =1000
"""

# GROUP/VERSION KIND (or *) release that stopped serving it, what replaces it.
# APIVERSION KIND DEPRECATED GONE REPLACEMENT: what the Go modules do not say; "*" is every other kind of the group-version,
# "-" nothing or not known. A kind of another name behind the replacement.
LIVES = """
extensions/v1beta1 * 1.8 1.16 apps/v1
apps/v1beta1 * 1.8 1.16 apps/v1
apps/v1beta2 * 1.9 1.16 apps/v1
authentication.k8s.io/v1beta1 TokenReview 1.19 1.22 authentication.k8s.io/v1
authorization.k8s.io/v1beta1 * 1.19 1.22 authorization.k8s.io/v1
rbac.authorization.k8s.io/v1alpha1 * 1.17 1.23 rbac.authorization.k8s.io/v1
autoscaling/v2beta1 HorizontalPodAutoscaler 1.22 1.25 autoscaling/v2
autoscaling/v2beta2 HorizontalPodAutoscaler 1.23 1.26 autoscaling/v2
policy/v1beta1 PodSecurityPolicy 1.21 1.25 -
v1 ComponentStatus 1.19 - -
v1 Endpoints 1.33 - discovery.k8s.io/v1 EndpointSlice
"""

# Definitions that are scalars of the table.
SCALARS = {
    'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intstr',
    'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
    'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microtime',
    'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'object',
    'io.k8s.apimachinery.pkg.runtime.RawExtension': 'object',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'JSONSchemaProps|any',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'JSONSchemaProps|any',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
}
SCALARS.update({name.replace('.v1.', '.v1beta1.'): kind for name, kind in SCALARS.items() if 'apiextensions.v1.' in name})
FORMATS = {('integer', 'int32'): 'int32', ('integer', 'int64'): 'int64', ('integer', None): 'int64',
           ('number', 'double'): 'double', ('number', None): 'double', ('boolean', None): 'bool',
           ('string', None): 'string', ('string', 'byte'): 'bytes'}
META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'


def load(path):
    data = open(path, 'rb').read()
    return json.loads(gzip.decompress(data) if data[:2] == b'\x1f\x8b' else data)


def scopes_of(document):
    """{(apiVersion, kind): namespaced}, from the bundle's list or the paths that read one object."""
    if 'resources' in document:
        return {(row['apiVersion'], row['kind']): row['scope'] == 'Namespaced' for row in document['resources']
                if 'scope' in row}
    result = {}
    for path, item in document['paths'].items():
        for method in ('get', 'post'):
            gvk = item.get(method, {}).get('x-kubernetes-group-version-kind')
            action = item.get(method, {}).get('x-kubernetes-action')
            if gvk and action in ('get', 'post') and '/watch/' not in path:
                api_version = '/'.join(filter(None, (gvk['group'], gvk['version'])))
                namespaced = '/namespaces/{namespace}/' in path
                result[api_version, gvk['kind']] = result.get((api_version, gvk['kind']), False) or namespaced
    return result


LIVES_HEAD = ('# life APIVERSION KIND DEPRECATED GONE REPLACEMENT [KIND]: the releases that deprecated and that stop serving a kind; '
              'exact kinds before "*".')


def lives_in(path):
    """[[apiVersion, kind, deprecated, gone, replacement]] of one generated Go file: kinds that are stored, so have a list."""
    register = next(place for place in (path.parent / 'register.go', path.parent.parent / 'register.go')
                    if place.exists() and 'GroupName' in place.read_text())
    group = re.search(r'GroupName\s*=\s*"([^"]*)"', register.read_text())[1]
    api_version = '/'.join(filter(None, (group, path.parent.name)))
    known = {}
    for kind, what, value in re.findall(r'func \(in \*(\w+)\) APILifecycle(\w+)\(\)[^{]*\{\n\treturn (.*)\n', path.read_text()):
        known.setdefault(kind, {})[what] = value
    for kind, life in sorted(known.items()):
        if 'Deprecated' not in life or kind + 'List' not in known:
            continue
        release = [life.get(what, '-').replace(', ', '.') for what in ('Deprecated', 'Removed')]
        replaced = re.search(r'Group: "([^"]*)", Version: "([^"]*)"', life.get('Replacement', ''))
        yield [api_version, kind, *release, '/'.join(filter(None, replaced.groups())) if replaced else '-']


def lives(modules, kinds):
    """The rows: what takes a kind's place is what lasts, the stable version of its group where that has it."""
    rows = [row for module in modules for path in sorted(pathlib.Path(module).rglob('zz_generated.prerelease-lifecycle.go'))
            for row in lives_in(path)]
    ended = {(row[0], row[1]) for row in rows}
    for row in rows:
        stable = row[0].rsplit('/', 1)[0] + '/v1'
        if (row[4] == '-' or (row[4], row[1]) in ended) and (stable, row[1]) in kinds:
            row[4] = stable
    rows += [line.split() for line in LIVES.strip().splitlines()]
    return ['life ' + ' '.join(row) for row in sorted(rows, key=lambda row: (row[1] == '*', row[:2]))]


def kinds_in(table):
    """{(apiVersion, kind)} of a table that was written before."""
    group, kinds = '', set()
    for line in open(table):
        words = line.split()
        group = words[1] if words[:1] == ['group'] else group
        if words[:1] == ['kind']:
            kinds.add((group, words[1]))
    return kinds


class Table:
    def __init__(self, documents, modules):
        self.modules = modules
        self.documents = documents  # [(version, definitions, scopes)]
        self.versions = [version for version, _, _ in documents]
        self.groups = {META.rsplit('.', 1)[0]: 'meta/v1'}
        self.kinds = {}  # definition -> (apiVersion, kind)
        for _, definitions, _ in documents:
            for name, definition in definitions.items():
                self.note_kind(name, definition)
        self.written = set()

    def note_kind(self, name, definition):
        metadata = definition.get('properties', {}).get('metadata', {}).get('$ref', '')
        for gvk in definition.get('x-kubernetes-group-version-kind', []):
            api_version = '/'.join(filter(None, (gvk['group'], gvk['version'])))
            if not name.startswith('io.k8s.apimachinery'):
                self.groups[name.rsplit('.', 1)[0]] = api_version
                if metadata.endswith(META):
                    self.kinds[name] = (api_version, gvk['kind'])

    def history(self, name, field=None):
        present = []
        for version, definitions, _ in self.documents:
            definition = definitions.get(name)
            if definition is not None and (field is None or field in definition.get('properties', {})):
                present.append(version)
        return present

    def newest(self, name):
        for _, definitions, _ in reversed(self.documents):
            if name in definitions:
                return definitions[name]

    def group_of(self, name):
        prefix = name.rsplit('.', 1)[0]
        if prefix not in self.groups:
            raise SystemExit(f'{name}: no group is known for its package')
        return self.groups[prefix]

    def type_text(self, schema, group):
        if '$ref' in schema:
            name = schema['$ref'].rsplit('/', 1)[1]
            if name in SCALARS:
                return SCALARS[name]
            self.reachable.append(name)
            other = self.group_of(name)
            return name.rsplit('.', 1)[1] if other == group else other + '.' + name.rsplit('.', 1)[1]
        if schema.get('type') == 'array':
            return '[]' + self.type_text(schema['items'], group)
        if schema.get('type') == 'object' and 'additionalProperties' in schema:
            return '{}' + self.type_text(schema['additionalProperties'], group)
        if schema.get('type') == 'object':
            return 'object'
        if not schema.get('type'):
            return 'any'
        return FORMATS[schema['type'], schema.get('format')]

    def lifetime(self, present, within):
        text = ''
        if present[0] != within[0]:
            text += f' since:{present[0]}'
        if present[-1] != within[-1]:
            text += f' until:{present[-1]}'
        return text

    def merge_attributes(self, name, field, schema):
        strategy = schema.get('x-kubernetes-patch-strategy', '')
        text = ''
        if 'merge' in strategy.split(','):
            text += ' merge:' + schema.get('x-kubernetes-patch-merge-key', '')
            since = [v for v, d, _ in self.documents
                     if 'merge' in d.get(name, {}).get('properties', {}).get(field, {})
                     .get('x-kubernetes-patch-strategy', '').split(',')]
            if since[0] != self.history(name, field)[0]:
                text += f' merge-since:{since[0]}'
        return text + (' +retainKeys' if 'retainKeys' in strategy else '')

    def list_attributes(self, schema):
        kind = schema.get('x-kubernetes-list-type')
        if kind == 'map':
            return ' map:' + ','.join(schema['x-kubernetes-list-map-keys'])
        if schema.get('type') != 'array' and kind:
            kind = None  # a mistake of older documents
        if schema.get('x-kubernetes-map-type') == 'atomic':
            kind = 'atomic'
        return f' {kind}' if kind in ('set', 'atomic') else ''

    def field_line(self, name, field, group, values):
        schema, required = {}, False
        for _, definitions, _ in self.documents:
            definition = definitions.get(name, {})
            if field in definition.get('properties', {}):
                schema, required = definition['properties'][field], field in definition.get('required', [])
        attributes = self.lifetime(self.history(name, field), self.history(name))
        attributes += self.merge_attributes(name, field, schema) + self.list_attributes(schema)
        key = f"{group}.{name.rsplit('.', 1)[1]}.{field}"
        if key in values:
            attributes += checked(key, values.pop(key), schema.get('description', ''))
        return f"  {field}{'!' if required else ''} {self.type_text(schema, group)}{attributes}"

    def type_lines(self, name, values):
        group, short = self.group_of(name), name.rsplit('.', 1)[1]
        newest = self.newest(name)
        fields = sorted({f for _, d, _ in self.documents for f in d.get(name, {}).get('properties', {})})
        lifetime = self.lifetime(self.history(name), self.versions)
        atomic = ' atomic' if newest.get('x-kubernetes-map-type') == 'atomic' else ''
        lines = []
        if name in self.kinds:
            head = f'kind {self.kinds[name][1]}{self.scope_text(name)}'
            fields = [f for f in fields if f not in ('apiVersion', 'kind', 'metadata')]
            lists = any(f'{name}List' in d for _, d, _ in self.documents)
            lines.append(head + ('' if lists else ' nolist') + lifetime)
            self.reachable += [META, LIST_META]
        else:
            lines.append(f'type {short}{atomic}{lifetime}')
        return lines + [self.field_line(name, field, group, values) for field in fields]

    def scope_text(self, name):
        for _, _, scopes in reversed(self.documents):
            if self.kinds[name] in scopes:
                return ' namespaced' if scopes[self.kinds[name]] else ' cluster'
        return ''

    def lines(self):
        values, by_group = parse_values(), {}
        pending = sorted(self.kinds)
        while pending:
            name = pending.pop()
            if name in self.written:
                continue
            self.written.add(name)
            self.reachable = []
            by_group.setdefault(self.group_of(name), []).append((name not in self.kinds, name, self.type_lines(name, values)))
            pending += self.reachable
        if values:
            raise SystemExit('values for unknown fields: ' + ', '.join(values))
        yield '# Kubernetes\' built-in types, a line a field; made by kubernetes_types.py, which tells how and from what.'
        yield '#'
        yield '# group APIVERSION, kind NAME [namespaced|cluster] [nolist], type NAME [atomic], then their fields: NAME[!] TYPE and'
        yield '# what else is known: !, required; []T, a list; {}T, a map; T|any, a T when it is a mapping; merge:KEY and +retainKeys, how a strategic merge patch'
        yield '# treats a list or a struct (merge: without a key merges values); merge-since:, the release whose patches know it;'
        yield '# map:KEYS, set and atomic, how server-side apply does; =VALUE, what the server puts when it is not there; enum:,'
        yield '# range:, form:; immutable, when the server refuses a change; since: and until:, the first and last of the releases'
        yield f"# {', '.join(self.versions)} that have it. apiVersion, kind and metadata of kinds, and the List kinds, are implied."
        yield LIVES_HEAD
        for group in sorted(by_group):
            yield f'group {group}'
            for _, _, lines in sorted(by_group[group]):
                yield from lines
        yield from lives(self.modules, set(self.kinds.values()))


def parse_values():
    rows = (line.split(' ', 1) for line in VALUES.strip().splitlines() if not line.startswith('#'))
    return {row[0]: row[1] for row in rows if len(row) == 2}


def checked(key, attributes, description):
    """The attributes, when each word of an enumeration is in the field's description."""
    for attribute in attributes.split():
        if attribute.startswith('enum:'):
            missing = [w for w in attribute[5:].split('|') if not re.search(re.escape(w), description)]
            if missing:
                raise SystemExit(f'{key}: {missing} not in the description')
    return ' ' + attributes.replace('!enum:', 'enum:')


def main(arguments):
    if arguments[:1] == ['--lives']:
        print('\n'.join(lives(arguments[1:], kinds_in(pathlib.Path(__file__).parent / 'kubernetes.types'))))
        return 0
    modules = [argument.removeprefix('--lives=') for argument in arguments if argument.startswith('--lives=')]
    arguments = [argument for argument in arguments if not argument.startswith('--lives=')]
    check = arguments[1] if arguments[:1] == ['--check'] else None
    documents = []
    for argument in arguments[2:] if check else arguments:
        version, path = argument.split('=', 1)
        document = load(path)
        documents.append((version, document['definitions'], scopes_of(document)))
    text = '\n'.join(Table(documents, modules).lines()) + '\n'
    if not check:
        sys.stdout.write(text)
        return 0
    have, want = set(open(check).read().splitlines()), set(text.splitlines())
    for line in sorted(have ^ want):
        print('+' if line in want else '-', line)
    return int(have != want)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
