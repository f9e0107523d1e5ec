// Where bytes are kept. Every option of a driver stands under [glance_store], too:
// glance_options.cc sees to that.
#include "origin/glance_option_texts.h"

namespace glint::origin {

const std::string_view kGlanceStoreOptions = R"ini([cinder]
cinder_catalog_info = volumev3::publicURL
cinder_endpoint_template =
cinder_os_region_name =
cinder_ca_certificates_file =
cinder_http_retries = 3
cinder_state_transition_timeout = 300
cinder_api_insecure = false
cinder_store_auth_address =
cinder_store_user_name =
cinder_store_user_domain_name = Default
cinder_store_password =
cinder_store_project_name =
cinder_store_project_domain_name = Default
rootwrap_config = /etc/glance/rootwrap.conf
cinder_volume_type =
cinder_enforce_multipath = false
cinder_use_multipath = false
cinder_mount_point_base = /var/lib/glance/mnt
cinder_do_extend_attached = false
[file]
filesystem_store_datadir = /var/lib/glance/images
filesystem_store_datadirs =
filesystem_store_metadata_file =
filesystem_store_file_perm = 0
filesystem_store_chunk_size = 65536
filesystem_thin_provisioning = false
[glance.store.http.store]
https_ca_certificates_file =
https_insecure = true
http_proxy_information =
[glance.store.rbd.store]
rbd_store_chunk_size = 8
rbd_store_pool = images
rbd_store_user =
rbd_store_ceph_conf =
rados_connect_timeout = 0
rbd_thin_provisioning = false
[glance.store.s3.store]
s3_store_host =
s3_store_access_key =
s3_store_secret_key =
s3_store_bucket =
s3_store_create_bucket_on_put = false
s3_store_bucket_url_format = auto
s3_store_large_object_size = 100
s3_store_large_object_chunk_size = 10
s3_store_thread_pools = 10
s3_store_cacert =
s3_store_region_name =
[glance.store.swift.store]
swift_store_auth_insecure = false
swift_store_cacert =
swift_store_region =
swift_store_endpoint =
swift_store_endpoint_type = publicURL
swift_store_service_type = object-store
swift_store_container = glance
swift_store_large_object_size = 5120
swift_store_large_object_chunk_size = 200
swift_store_create_container_on_put = false
swift_store_multi_tenant = false
swift_store_multiple_containers_seed = 0
swift_store_admin_tenants =
swift_store_ssl_compression = true
swift_store_retry_get_count = 0
swift_store_expire_soon_interval = 60
swift_store_use_trusts = true
swift_buffer_on_upload = false
default_swift_reference = ref1
swift_store_auth_version = 2
swift_store_auth_address =
swift_store_user =
swift_store_key =
swift_store_config_file =
swift_upload_buffer_dir =
[glance.store.vmware_datastore.store]
vmware_server_host =
vmware_server_username =
vmware_server_password =
vmware_api_retry_count = 10
vmware_task_poll_interval = 5
vmware_store_image_dir = /openstack_glance
vmware_insecure = false
vmware_ca_file =
vmware_datastores =
[glance_store]
default_backend =
stores = file,http
default_store = file
filesystem_store_timeout =
filesystem_store_thread_pool_size =
filesystem_store_threadpool_threshold =
)ini";

}  // namespace glint::origin
