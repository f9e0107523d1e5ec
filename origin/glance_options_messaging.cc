// Notifications, keys and volumes.
#include "origin/glance_option_texts.h"

namespace glint::origin {

const std::string_view kGlanceMessagingOptions = R"ini([barbican]
barbican_endpoint =
barbican_api_version =
auth_endpoint = http://localhost/identity/v3
retry_delay = 1
number_of_retries = 60
verify_ssl = true
verify_ssl_path =
barbican_endpoint_type = public
barbican_region_name =
send_service_user_token = false
[barbican_service_user]
cafile =
certfile =
keyfile =
insecure = false
timeout =
collect_timing = false
split_loggers = false
auth_type =
auth_section =
[key_manager]
backend = barbican
auth_type =
token =
username =
password =
auth_url =
user_id =
user_domain_id =
user_domain_name =
trust_id =
domain_id =
domain_name =
project_id =
project_name =
project_domain_id =
project_domain_name =
reauthenticate = true
[os_brick]
lock_path =
wait_mpath_device_attempts = 4
wait_mpath_device_interval = 1
[oslo_messaging_amqp]
container_name =
idle_timeout = 0
trace = false
ssl = false
ssl_ca_file =
ssl_cert_file =
ssl_key_file =
ssl_key_password =
ssl_verify_vhost = false
sasl_mechanisms =
sasl_config_dir =
sasl_config_name =
sasl_default_realm =
connection_retry_interval = 1
connection_retry_backoff = 2
connection_retry_interval_max = 30
link_retry_delay = 10
default_reply_retry = 0
default_reply_timeout = 30
default_send_timeout = 30
default_notify_timeout = 30
default_sender_link_timeout = 600
addressing_mode = dynamic
pseudo_vhost = true
server_request_prefix = exclusive
broadcast_prefix = broadcast
group_request_prefix = unicast
rpc_address_prefix = openstack.org/om/rpc
notify_address_prefix = openstack.org/om/notify
multicast_address = multicast
unicast_address = unicast
anycast_address = anycast
default_notification_exchange =
default_rpc_exchange =
reply_link_credit = 200
rpc_server_credit = 100
notify_server_credit = 100
pre_settled = rpc-cast
[oslo_messaging_kafka]
kafka_max_fetch_bytes = 1048576
kafka_consumer_timeout = 1.0
pool_size = 10
conn_pool_min_size = 2
conn_pool_ttl = 1200
consumer_group = oslo_messaging_consumer
producer_batch_timeout = 0.0
producer_batch_size = 16384
compression_codec = none
enable_auto_commit = false
max_poll_records = 500
security_protocol = PLAINTEXT
sasl_mechanism = PLAIN
ssl_cafile =
ssl_client_cert_file =
ssl_client_key_file =
ssl_client_key_password =
[oslo_messaging_notifications]
driver =
transport_url =
topics = notifications
retry = -1
[oslo_messaging_rabbit]
amqp_durable_queues = false
amqp_auto_delete = false
ssl = false
ssl_version =
ssl_key_file =
ssl_cert_file =
ssl_ca_file =
ssl_enforce_hostname_verification = false
ssl_enforce_fips_mode = false
heartbeat_in_pthread = false
kombu_reconnect_delay = 1.0
kombu_compression =
kombu_missing_consumer_retry_timeout = 60
kombu_failover_strategy = round-robin
rabbit_login_method = AMQPLAIN
rabbit_retry_interval = 1
rabbit_retry_backoff = 2
rabbit_interval_max = 30
rabbit_ha_queues = false
rabbit_quorum_queue = false
rabbit_quorum_delivery_limit = 0
rabbit_quroum_max_memory_length = 0
rabbit_quroum_max_memory_bytes = 0
rabbit_transient_queues_ttl = 1800
rabbit_qos_prefetch_count = 0
heartbeat_timeout_threshold = 60
heartbeat_rate = 2
direct_mandatory_flag = true
enable_cancel_on_failover = false
[vault]
root_token_id =
approle_role_id =
approle_secret_id =
kv_mountpoint = secret
kv_version = 2
vault_url = http://127.0.0.1:8200
ssl_ca_crt_file =
use_ssl = false
namespace =
timeout = 60
kv_path =
)ini";

}  // namespace glint::origin
