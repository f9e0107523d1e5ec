// LevelDB would otherwise keep a log file of its own; what matters reaches us as a status.
#pragma once

namespace leveldb {
class Logger;
}

namespace glint::cache {

leveldb::Logger* silentLog();  // lives as long as the program

}  // namespace glint::cache
